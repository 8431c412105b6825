import { Transform } from 'node:stream';
import { ObjectTooLargeError } from './object-store.js';

/** Passes bytes through, counts them, and fails the stream past `bytesMax`. */
export class ByteLimit extends Transform {
  bytes = 0;

  constructor(private readonly bytesMax: number) {
    super();
  }

  override _transform(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error?: Error | null, chunk?: Buffer) => void,
  ): void {
    this.bytes += chunk.length;
    if (this.bytes > this.bytesMax) done(new ObjectTooLargeError(this.bytesMax));
    else done(null, chunk);
  }
}
