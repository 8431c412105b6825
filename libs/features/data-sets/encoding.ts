import { createReadStream, createWriteStream } from 'node:fs';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ContentError } from './content-error.js';
import { readStart } from './source-file.js';
import type { UnpackBudget } from './unpack.js';

/** Enough to tell an encoding by. */
const START_BYTES = 262_144;
/** Of the bytes beyond ASCII, how many stand in pairs that GB 2312 knows where a text is Chinese. */
const PAIRED_SHARE = 0.9;
/** Of a text in UTF-16 or UTF-32, how many of the bytes are 0 that are so in ASCII. */
const NUL_SHARE = 0.5;

/** The text in UTF-8: the file itself, or a copy. @param said the encoding, where the customer has named it */
export async function toUtf8(file: string, copy: string, budget: UnpackBudget, said?: string): Promise<string> {
  const start = await readStart(file, START_BYTES);
  if (start.length === 0) throw new ContentError('The file is empty.');
  const encoding = said?.toLowerCase() ?? guessEncoding(start);
  if (encoding === 'utf-8') return file;
  await pipeline(createReadStream(file), decoderOf(encoding), budget.stream(), createWriteStream(copy));
  return copy;
}

/** Those that may be said: what the Encoding Standard knows, and UTF-32. */
export function isEncoding(label: string): boolean {
  if (/^utf-32(le|be)$/i.test(label)) return true;
  try {
    return Boolean(new TextDecoder(label));
  } catch {
    return false;
  }
}

/** By a byte order mark, or else by its bytes; UTF-8 where nothing else is likely. */
export function guessEncoding(start: Buffer): string {
  const starts = (...bytes: number[]) => start.subarray(0, bytes.length).equals(Buffer.from(bytes));
  if (starts(0xff, 0xfe, 0, 0)) return 'utf-32le';
  if (starts(0, 0, 0xfe, 0xff)) return 'utf-32be';
  if (starts(0xff, 0xfe)) return 'utf-16le';
  if (starts(0xfe, 0xff)) return 'utf-16be';
  return byNuls(start) ?? (isUtf8(start) || !isChinese(start) ? 'utf-8' : 'gb18030');
}

/** Text of which most is ASCII has NULs at the same places again and again. */
function byNuls(start: Buffer): string | null {
  if (!start.includes(0)) return null;
  const nuls = [0, 0, 0, 0];
  for (let i = 0; i < start.length; i++) if (start[i] === 0) nuls[i % 4]!++;
  const isNul = nuls.map((count) => count > (NUL_SHARE * start.length) / 4);
  const places = isNul.map(Number).join('');
  return { '0111': 'utf-32le', '1110': 'utf-32be', '0101': 'utf-16le', '1010': 'utf-16be' }[places] ?? null;
}

function isUtf8(start: Buffer): boolean {
  try {
    // A character may be cut at the end.
    new TextDecoder('utf-8', { fatal: true }).decode(start, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Chinese stands in pairs of bytes from A1 on, and UTF-8 of any script in other ones; Western texts have single bytes. */
function isChinese(start: Buffer): boolean {
  let [high, paired] = [0, 0];
  for (let i = 0; i < start.length; i++) {
    if (start[i]! < 0x80) continue;
    const isPair = start[i]! >= 0xa1 && start[i]! <= 0xf7 && start[i + 1]! >= 0xa1;
    high += isPair ? 2 : 1;
    if (isPair) [paired, i] = [paired + 2, i + 1];
  }
  return high > 0 && paired >= PAIRED_SHARE * high && isHardlyUtf8(start);
}

/** Whether more of the bytes beyond ASCII are errors in UTF-8 than characters: some pairs are both. */
function isHardlyUtf8(start: Buffer): boolean {
  const text = new TextDecoder('utf-8').decode(start);
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  return count(/\ufffd/g) > count(/[\u{80}-\u{fffc}\u{10000}-\u{10ffff}]/gu);
}

function decoderOf(encoding: string): Transform {
  if (encoding.startsWith('utf-32')) return fromUtf32(encoding.endsWith('le'));
  const decoder = new TextDecoder(encoding);
  return new Transform({
    transform: (chunk: Buffer, _, done) => done(null, decoder.decode(chunk, { stream: true })),
    flush: (done) => done(null, decoder.decode()),
  });
}

/** Which decoders of the platform do not know. */
function fromUtf32(isLittle: boolean): Transform {
  let rest: Buffer = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _, done) {
      const bytes = Buffer.concat([rest, chunk]);
      const whole = bytes.length - (bytes.length % 4);
      rest = bytes.subarray(whole);
      let text = '';
      for (let i = 0; i < whole; i += 4) {
        const code = isLittle ? bytes.readUInt32LE(i) : bytes.readUInt32BE(i);
        if (code === 0xfeff && text === '') continue;
        const isCharacter = code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
        text += isCharacter ? String.fromCodePoint(code) : '\uFFFD';
      }
      done(null, text);
    },
    flush: (done) => done(null, rest.length > 0 ? '\uFFFD' : ''),
  });
}
