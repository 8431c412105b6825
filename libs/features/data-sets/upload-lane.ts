import { Transform, type TransformCallback } from 'node:stream';
import { BOUNDS } from '../../platform/bounds.js';
import { tooManyUploads } from './data-sets.errors.js';

/** What an organization may be ahead of its pace, in seconds. */
const AHEAD_SECONDS = 0.1;

/** The uploads of one organization in this process: so many at a time, and all together at a pace that leaves room for others. */
class Lane {
  uploads = 0;
  private freeAtMs = 0;

  /** How long the bytes have to wait, in milliseconds. */
  take(bytes: number): number {
    const nowMs = performance.now();
    this.freeAtMs = Math.max(this.freeAtMs, nowMs) + (1000 * bytes) / BOUNDS.uploadBytesPerSecond.most;
    return this.freeAtMs - nowMs - 1000 * AHEAD_SECONDS;
  }
}

export class UploadLanes {
  private readonly lanes = new Map<string, Lane>();

  /**
   * Runs `send` with a stream that passes bytes on at the organization's pace.
   *
   * @throws Problem 429 where it sends as many files as it may already
   */
  async run<T>(tenantId: string, send: (pace: Transform) => Promise<T>): Promise<T> {
    const lane = this.lanes.get(tenantId) ?? new Lane();
    const { most } = BOUNDS.uploadsOfOrganization;
    if (lane.uploads >= most) throw tooManyUploads(most);
    this.lanes.set(tenantId, lane);
    lane.uploads++;
    try {
      return await send(new Pace(lane));
    } finally {
      if (--lane.uploads === 0) this.lanes.delete(tenantId);
    }
  }
}

class Pace extends Transform {
  constructor(private readonly lane: Lane) {
    super();
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    const waitMs = this.lane.take(chunk.length);
    if (waitMs <= 0) done(null, chunk);
    else setTimeout(done, waitMs, null, chunk);
  }
}
