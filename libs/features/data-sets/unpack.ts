import { createReadStream, createWriteStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { type Entry, openPromise } from 'yauzl';
import { BOUNDS } from '../../platform/bounds.js';
import { ContentError } from './content-error.js';
import { readStart } from './source-file.js';

/** A table becomes some twenty times smaller; what unpacks to more than this is made to fill a disk. */
const RATIO_MAX = 200;
/** Whatever the ratio. */
const SMALL_BYTES = 64 * 1024 ** 2;
const ENTRIES_MAX = 100;
const OFFICE_ENTRY = '[Content_Types].xml';
const UNPACKERS = { gzip: createGunzip, zstd: createZstdDecompress };

/** A file of an upload, unpacked. */
export interface Part {
  file: string;
  /** Its name in the archive; null where the upload is the file itself. */
  name: string | null;
}

/**
 * What is packed as gzip, zstd or zip, unpacked into the folder up to a bound; else the file itself. What an archive calls its files names none of ours.
 *
 * @throws ContentError where it cannot be unpacked
 */
export async function unpack(file: string, folder: string, budget: UnpackBudget): Promise<Part[]> {
  const compression = await compressionOf(file);
  const copy = (place: number) => path.join(folder, `part-${place}`);
  if (compression === 'zip') return unzip(file, copy, budget);
  if (!compression) return [{ file, name: null }];
  const unpacked = pipeline(
    createReadStream(file),
    UNPACKERS[compression](),
    budget.stream(),
    createWriteStream(copy(0)),
  );
  await unpacked.catch(refuseDamage);
  return [{ file: copy(0), name: null }];
}

/**
 * By the first bytes.
 *
 * @throws ContentError of a document of an office program
 */
export async function compressionOf(file: string): Promise<'gzip' | 'zstd' | 'zip' | null> {
  const start = await readStart(file, 4);
  const starts = (...bytes: number[]) => start.subarray(0, bytes.length).equals(Buffer.from(bytes));
  if (starts(0x50, 0x4b, 3, 4) || starts(0x50, 0x4b, 5, 6)) return 'zip';
  // What offices wrote before their documents were archives.
  if (starts(0xd0, 0xcf, 0x11, 0xe0)) throw ofOffice();
  if (starts(0x1f, 0x8b)) return 'gzip';
  return starts(0x28, 0xb5, 0x2f, 0xfd) ? 'zstd' : null;
}

/**
 * The first bytes of what the start of a packed file unpacks to, at most so many.
 *
 * @returns how many bytes of the start they took
 * @throws ContentError where it cannot be unpacked
 */
export async function unpackStart(
  file: string,
  copy: string,
  compression: keyof typeof UNPACKERS,
  most: number,
): Promise<number> {
  const unpacker = UNPACKERS[compression]();
  const parts: Buffer[] = [];
  let length = 0;
  await new Promise<void>((resolve, reject) => {
    unpacker.on('data', (part: Buffer) => {
      parts.push(part);
      length += part.length;
      if (length >= most) unpacker.destroy();
    });
    // It ends in the middle of what is packed, which is no error here.
    unpacker.on('error', (error: NodeJS.ErrnoException) =>
      length > 0 || error.code === 'Z_BUF_ERROR' ? resolve() : reject(error),
    );
    unpacker.on('close', resolve);
    createReadStream(file).pipe(unpacker);
  }).catch(refuseDamage);
  await writeFile(copy, Buffer.concat(parts).subarray(0, most));
  return unpacker.bytesWritten;
}

async function unzip(file: string, copy: (place: number) => string, budget: UnpackBudget): Promise<Part[]> {
  const archive = await openPromise(file, { lazyEntries: true, autoClose: false }).catch(refuseDamage);
  const parts: Part[] = [];
  try {
    if (archive.entryCount > ENTRIES_MAX)
      throw new ContentError(`The archive has ${archive.entryCount} entries; at most ${ENTRIES_MAX} are taken.`);
    for await (const entry of archive.eachEntry()) {
      if (entry.fileName === OFFICE_ENTRY) throw ofOffice();
      if (isHidden(entry)) continue;
      if (entry.isEncrypted()) throw new ContentError(`${entry.fileName} in the archive is encrypted: leave that out.`);
      const part = { file: copy(parts.length), name: entry.fileName };
      await pipeline(await archive.openReadStreamPromise(entry), budget.stream(), createWriteStream(part.file));
      parts.push(part);
    }
  } catch (error) {
    refuseDamage(error as Error);
  } finally {
    archive.close();
  }
  if (parts.length === 0) throw new ContentError('The archive holds no file.');
  return parts;
}

/** Whether the start of a zip is that of a document of an office program. */
export const isOfOffice = (start: Buffer): boolean => start.includes(OFFICE_ENTRY);

export const ofOffice = () =>
  new ContentError('The file is a document of an office program: save the sheet as CSV and send that.');

/** Folders, and what a Mac leaves in an archive next to the files. */
function isHidden({ fileName }: Entry): boolean {
  return fileName.endsWith('/') || /(^|\/)(__MACOSX\/|\.)/.test(fileName);
}

/** How many bytes an upload may become, all of its files and copies together. */
export class UnpackBudget {
  private bytes = 0;

  private constructor(private readonly most: number) {}

  static async of(file: string): Promise<UnpackBudget> {
    const { size } = await stat(file);
    return new UnpackBudget(Math.min(BOUNDS.unpackedBytes.most, Math.max(SMALL_BYTES, RATIO_MAX * size)));
  }

  /** @throws ContentError where there would be more than so small a file has any business to hold */
  take(bytes: number): void {
    this.bytes += bytes;
    if (this.bytes <= this.most) return;
    throw new ContentError(
      `The file unpacks to more than ${this.most} bytes, ${RATIO_MAX} times its size or the most that is taken: send it in several parts.`,
    );
  }

  /** Takes what goes through. */
  stream(): Transform {
    return new Transform({
      transform: (chunk: Buffer, _, done) => {
        try {
          this.take(chunk.length);
          done(null, chunk);
        } catch (error) {
          done(error as Error);
        }
      },
    });
  }
}

function refuseDamage(error: Error & { code?: string }): never {
  // What the machine lacks says nothing of the file.
  if (error instanceof ContentError || error.code?.startsWith('E')) throw error;
  throw new ContentError(`The file is packed and cannot be unpacked: ${error.message}.`);
}
