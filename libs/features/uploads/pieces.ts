import { Readable } from 'node:stream';

/** Cuts a stream into pieces of at most so many bytes. Where the stream breaks off, what came before is the last piece. */
export class Pieces {
  /** Why the stream broke off; null where it ended or goes on. */
  broken: Error | null = null;
  private readonly chunks: AsyncIterator<Buffer>;
  private next: Buffer | null = null;

  constructor(
    content: Readable,
    private readonly most: number,
  ) {
    this.chunks = content[Symbol.asyncIterator]();
  }

  /** Whether another piece follows, of at least one byte. */
  async hasMore(): Promise<boolean> {
    while (!this.next?.length) {
      const read = await this.read();
      if (!read) return false;
      this.next = read;
    }
    return true;
  }

  /** The next piece, which is to be read to its end before another is asked for. */
  take(): Readable {
    return Readable.from(this.piece(), { objectMode: false });
  }

  private async *piece(): AsyncGenerator<Buffer> {
    let room = this.most;
    while (room > 0 && (await this.hasMore())) {
      const chunk = this.next!.subarray(0, room);
      this.next = this.next!.length > room ? this.next!.subarray(room) : null;
      room -= chunk.length;
      yield chunk;
    }
  }

  private async read(): Promise<Buffer | null> {
    if (this.broken) return null;
    try {
      const { value, done } = await this.chunks.next();
      return done ? null : value;
    } catch (error) {
      this.broken = error as Error;
      return null;
    }
  }
}
