import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../../platform/clock/clock.js';
import { BriefLookups } from '../../platform/database/brief-lookups.js';
import { timeOfId } from '../../platform/http/ids.js';
import { UsageRecorder } from '../usage/index.js';
import { idempotencyKeyReused, idempotencyKeyTooOld } from './idempotency-key.js';
import { RememberedAnswersRepository } from './remembered-answers.repository.js';

/** A caller's id says when it was made; what is further from now is a mistake, or has been forgotten. */
const KEY_AGE_MS = 86_400_000;
const BYTES_MAX = 64 * 1024 ** 2;
/** What an entry takes besides its answer. */
const ENTRY_BYTES = 300;

/** A call that is under way, or was answered. */
interface Remembered {
  payloadHash: string;
  answer: Promise<string>;
  bytes: number;
}

/**
 * What calls that named themselves by an Idempotency-Key were answered: a retry gets the same bytes, at once from the process that
 * answered, and from any other once its journal has drained (docs/adr/0018).
 */
@Injectable()
export class RememberedAnswers {
  /** By tenant and id. */
  private readonly own = new LRUCache<string, Remembered>({
    maxSize: BYTES_MAX,
    sizeCalculation: ({ bytes }) => ENTRY_BYTES + bytes,
  });
  /** A process that is cut off from Postgres answers anew rather than waits. */
  private readonly lookups = new BriefLookups('answers of other processes');

  constructor(
    private readonly repository: RememberedAnswersRepository,
    private readonly clock: Clock,
    recorder: UsageRecorder,
  ) {
    recorder.onDrain((sql, calls) =>
      this.repository.remember(
        sql,
        calls.filter((call): call is typeof call & { answer: string } => call.answer !== undefined),
      ),
    );
  }

  /**
   * The answer of that call if it was answered before, else what `work` makes of it, which is then remembered.
   *
   * @param isForgotten whether what was answered before may not be said again: the call is then answered anew
   * @throws Problem 400 or 409 for an id that cannot be this call's
   */
  async once(
    tenantId: string,
    id: string,
    payloadHash: string,
    isForgotten: boolean,
    work: () => Promise<string>,
  ): Promise<string> {
    if (Math.abs(this.clock.now().getTime() - timeOfId(id)) > KEY_AGE_MS) throw idempotencyKeyTooOld();
    const name = `${tenantId}/${id}`;
    const before = this.own.get(name);
    if (before && before.payloadHash !== payloadHash) throw idempotencyKeyReused();
    if (before && !isForgotten) return before.answer;
    const answer = this.lookups
      .ask(() => this.repository.find(tenantId, id))
      .then((found) => {
        if (found && found.payloadHash !== payloadHash) throw idempotencyKeyReused();
        return found && !isForgotten ? found.answer : work();
      });
    const entry: Remembered = { payloadHash, answer, bytes: 0 };
    this.own.set(name, entry);
    try {
      const text = await answer;
      this.own.set(name, { ...entry, bytes: text.length });
      return text;
    } catch (error) {
      // What was not answered may be tried again.
      if (this.own.peek(name) === entry) this.own.delete(name);
      throw error;
    }
  }
}
