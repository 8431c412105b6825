import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { z } from 'zod';
import { CONFIG, type Config } from '../../platform/config/config.js';
import type { Sql } from '../../platform/database/database.js';
import { isRefusal } from '../../platform/database/errors.js';
import { Problem } from '../../platform/errors/problem.js';
import { newId, timeOfId } from '../../platform/http/ids.js';
import { Journal, type JournalEntry } from '../../platform/journal/journal.js';
import { Loop } from '../../platform/queue/loop.js';
import {
  usageConflictsTotal,
  usageEventsTotal,
  usageFlushLag,
  usageRejectedTotal,
} from '../../platform/telemetry/metrics.js';
import { type Appended, LedgerRepository } from './ledger.repository.js';
import { eventsOf, type MeteredCall, meteredCallSchema } from './usage-event.js';

const BATCH_ENTRIES_MAX = 4_000;
/** Calls that bring events are long: more of them at once would keep others of this process waiting while they are read. */
const BATCH_CHARACTERS_MAX = 2 * 1024 ** 2;
/** Between two batches that are not full: few large transactions cost Postgres less than many small ones. */
const GATHER_MS = 200;
const ADOPT_MS = 10_000;
const SHUTDOWN_MS = 10_000;
/** A process has locked its journal by then. */
const BEGINNING_MS = 5_000;

/** Takes its part of calls that go into the ledger, in the same transaction. */
type DrainListener = (sql: Sql, calls: readonly MeteredCall[]) => Promise<void>;

/**
 * Makes usage durable before a call is answered: in a journal on this machine's disk, which drains into the ledger by event id. So
 * a call waits for one fsync that it shares with its neighbours, and serving outlives an outage of Postgres (docs/adr/0012).
 */
@Injectable()
export class UsageRecorder implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Names this process, its journal and its leases. */
  readonly nodeId = newId();
  private readonly logger = new Logger(UsageRecorder.name);
  private readonly directory: string;
  private readonly drainListeners: DrainListener[] = [];
  private readonly adoptedListeners: ((nodeId: string) => Promise<void>)[] = [];
  private readonly stopping = new AbortController();
  private journal: Journal | undefined;
  private draining: Loop | undefined;
  private adopting: Loop | undefined;

  constructor(
    private readonly ledger: LedgerRepository,
    @Inject(CONFIG) config: Config,
  ) {
    this.directory = path.join(config.KINDRED_DATA_DIR, 'journal');
  }

  async onApplicationBootstrap(): Promise<void> {
    const journal = await Journal.create(this.directory, this.nodeId);
    this.journal = journal;
    const warn = ({ message }: Error) => this.logger.warn(`the ledger does not take usage: ${message}`);
    this.draining = new Loop(() => this.drainFull(journal), GATHER_MS, warn);
    this.adopting = new Loop(() => this.adopt(), ADOPT_MS, warn);
  }

  /** Drains what is there; what Postgres does not take in time is the next process's to drain. */
  async onApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.adopting?.stop();
    await Promise.race([this.drainRest().catch(() => {}), sleep(SHUTDOWN_MS, undefined, { ref: false })]);
    await this.journal?.close();
  }

  /** `listener` takes its part of each call that goes into the ledger, once and in the same transaction, above all tenants. */
  onDrain(listener: DrainListener): void {
    this.drainListeners.push(listener);
  }

  /** `listener` hears of each process that died when all its usage is in the ledger. */
  onAdopted(listener: (nodeId: string) => Promise<void>): void {
    this.adoptedListeners.push(listener);
  }

  /**
   * Resolves when the call is durable; only then may it be answered.
   *
   * @throws Problem 503 where the disk would not take it: nothing was metered
   */
  async record(call: MeteredCall): Promise<void> {
    try {
      await this.journal!.append(JSON.stringify(call));
    } catch (error) {
      this.logger.error({ msg: 'the usage journal could not be written', err: error });
      throw new Problem(
        503,
        'metering_unavailable',
        'The call could not be metered, so it was not answered. Try again shortly.',
      );
    }
  }

  /** Takes calls of a journal into the ledger, each once however often it is offered, and what listeners make of them. */
  drain(journalId: string, entries: { sequence: number; call: MeteredCall }[]): Promise<Appended> {
    const parsed = entries.map(({ sequence, call }) => ({ sequence, events: eventsOf(call) }));
    return this.ledger.drain(journalId, parsed, async (sql, drained) => {
      const fresh = entries.filter(({ sequence }) => sequence > drained).map(({ call }) => call);
      for (const listen of this.drainListeners) await listen(sql, fresh);
    });
  }

  private async drainRest(): Promise<void> {
    await this.draining?.stop();
    while (this.journal && (await this.drainOnce(this.journal)).length > 0);
  }

  private async drainFull(journal: Journal): Promise<void> {
    while (isFull(await this.drainOnce(journal)));
  }

  /** Moves the oldest entries into the ledger, and returns them. */
  private async drainOnce(journal: Journal): Promise<JournalEntry[]> {
    const entries = await journal.read(BATCH_ENTRIES_MAX, BATCH_CHARACTERS_MAX);
    const [oldest] = entries;
    if (!oldest) {
      usageFlushLag.set(0);
      return [];
    }
    try {
      await journal.remove(entries.at(-1)!.sequence, await this.write(journal.name, entries));
      return entries;
    } catch (error) {
      usageFlushLag.set((Date.now() - Date.parse(callOf(oldest).occurredAt)) / 1000);
      throw error;
    }
  }

  /** Returns the entries that the ledger refuses, which must not take the others down with them. */
  private async write(journalId: string, entries: JournalEntry[]): Promise<JournalEntry[]> {
    try {
      const calls = entries.map((entry) => ({ sequence: entry.sequence, call: callOf(entry) }));
      const { written, conflicts } = await this.drain(journalId, calls);
      usageEventsTotal.inc(written);
      usageConflictsTotal.inc(conflicts.length);
      return [];
    } catch (error) {
      const isNoCall = error instanceof z.ZodError;
      if (!isNoCall && !isRefusal(error)) throw error;
      if (entries.length === 1) {
        usageRejectedTotal.inc();
        this.logger.error({
          msg: 'the ledger refuses a usage event; it stays in the journal',
          event: entries[0]?.text,
          err: error,
        });
        return entries;
      }
      const middle = Math.ceil(entries.length / 2);
      const first = await this.write(journalId, entries.slice(0, middle));
      return [...first, ...(await this.write(journalId, entries.slice(middle)))];
    }
  }

  private async adopt(): Promise<void> {
    const isOver = (nodeId: string) => nodeId !== this.nodeId && Date.now() - timeOfId(nodeId) > BEGINNING_MS;
    for await (const journal of Journal.adopt(this.directory, isOver)) {
      try {
        while (!this.stopping.signal.aborted && (await this.drainOnce(journal)).length > 0);
        if (!this.stopping.signal.aborted) for (const listener of this.adoptedListeners) await listener(journal.name);
      } finally {
        await journal.close();
      }
    }
  }
}

/** Whether there may be more. */
function isFull(entries: readonly JournalEntry[]): boolean {
  return (
    entries.length === BATCH_ENTRIES_MAX ||
    entries.reduce((sum, { text }) => sum + text.length, 0) > BATCH_CHARACTERS_MAX
  );
}

function callOf({ text }: JournalEntry): MeteredCall {
  return meteredCallSchema.parse(JSON.parse(text));
}
