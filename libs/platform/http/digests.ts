import { createHash, type Hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';

/** What a sender says that its bytes come to. */
export interface Digest {
  algorithm: 'sha1' | 'sha256' | 'sha512';
  /** Base64. */
  value: string;
}

const ALGORITHMS: Record<string, Digest['algorithm']> = { 'sha-256': 'sha256', 'sha-512': 'sha512' };
const BASE64 = '[A-Za-z0-9+/]+={0,2}';

/** Of `Content-Digest` (RFC 9530), the first that we know; null where it holds none. */
export function parseContentDigest(header: string): Digest | null {
  const members = new RegExp(`^ *([a-z0-9-]+) *= *:(${BASE64}): *$`, 'i');
  for (const member of header.split(',')) {
    const [, name, value] = members.exec(member) ?? [];
    const algorithm = ALGORITHMS[name?.toLowerCase() ?? ''];
    if (algorithm && value) return { algorithm, value };
  }
  return null;
}

/** Of `Upload-Checksum` (tus 1.0), by SHA-1 or SHA-256; null where it holds none. */
export function parseUploadChecksum(header: string): Digest | null {
  const [, algorithm, value] = new RegExp(`^(sha1|sha256) (${BASE64})$`).exec(header) ?? [];
  return algorithm && value ? { algorithm: algorithm as Digest['algorithm'], value } : null;
}

/** Passes bytes through and learns what they come to. */
export class Digested extends Transform {
  private readonly hash: Hash;

  constructor(private readonly said: Digest) {
    super();
    this.hash = createHash(said.algorithm);
  }

  /** Whether the bytes were those that were said. Once, when all have come. */
  isRight(): boolean {
    return this.hash.digest().equals(Buffer.from(this.said.value, 'base64'));
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    this.hash.update(chunk);
    done(null, chunk);
  }
}
