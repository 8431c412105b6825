import { BOUNDS } from '../../platform/bounds.js';
import { tooManyCalls } from './serving.errors.js';

/** Work of one organization after another, in this process: whoever sends much waits for himself, and others come in between. */
export class Turns {
  private readonly lines = new Map<string, { length: number; last: Promise<unknown> }>();

  /** @throws Problem 429 where as many of the organization wait as may */
  async run<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    const line = this.lines.get(tenantId) ?? { length: 0, last: Promise.resolve() };
    const { most } = BOUNDS.longCallsWaiting;
    if (line.length > most) throw tooManyCalls(most);
    this.lines.set(tenantId, line);
    line.length++;
    const turn = line.last.then(work);
    line.last = turn.catch(() => {});
    try {
      return await turn;
    } finally {
      if (--line.length === 0) this.lines.delete(tenantId);
    }
  }
}
