import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../database/database.js';
import {
  type Claim,
  claimRows,
  extendLeases,
  findOurs,
  findLost,
  type LeasedTable,
  type LostClaim,
  releaseRow,
} from './leased-rows.js';
import { Loop } from './loop.js';
import { RepeatedWork } from './repeated-work.js';

const POLL_MS = 250;
/** A lease outlives several, so that a database that is away for a moment stops nothing. */
const BEAT_MS = 2_000;

/** Why work is aborted whose row is no longer this worker's: another has it, or it was cancelled. */
export class LeaseLostError extends Error {
  constructor() {
    super('The row was claimed by another worker or cancelled.');
  }
}

/** Why work is aborted whose worker is going away. */
export class WorkerStoppedError extends Error {}

/** What is next: a query for tenant_id and id, with its values. */
export type ClaimOrder = [query: string, ...values: unknown[]];

/**
 * The one way to work on rows, of any tenant and from any number of workers: claim what is next while there is room, hold it by a lease,
 * and take back what silent workers held (docs/adr/0019). Whoever carries a row out ends it or releases it, with its fencing token; a row
 * of which neither can be written is lost, and another worker's once its lease has run out.
 */
@Injectable()
export abstract class LeasedWork<C extends Claim> extends RepeatedWork {
  protected readonly everyMs: number = POLL_MS;
  protected abstract readonly table: LeasedTable;
  /** Rows under way in this worker. */
  protected abstract readonly most: number;
  /** Workers that may vanish under a row before it is given up. */
  protected readonly lossesMax: number = Infinity;
  /** How often it is looked whether what is under way was cancelled, where a beat is too seldom for those who wait for it. */
  protected readonly watchMs: number | null = null;
  /** Aborted when this worker is going away. */
  protected readonly stopping = new AbortController();
  protected readonly running = new Map<C, { lease: AbortController; end: Promise<void> }>();
  private keeping: Loop[] = [];

  constructor(protected readonly database: Database) {
    super();
  }

  /** The rows that are next, at most `room`. */
  protected abstract order(room: number): ClaimOrder;
  /** What is needed of rows that were claimed just now, in the transaction of the claim. */
  protected abstract read(transaction: Transaction, claims: Claim[]): Promise<C[]>;
  protected abstract carryOut(claimed: C, lease: AbortSignal): Promise<void>;
  /** Ends a row that lost too many workers. */
  protected async giveUp(_transaction: Transaction, _lost: LostClaim): Promise<void> {}
  /** What the loss of a worker leaves to do once it is written. */
  protected async afterLoss(_lost: LostClaim, _isGivenUp: boolean): Promise<void> {}

  override onApplicationBootstrap(): void {
    void super.onApplicationBootstrap();
    // Apart, so that whatever hinders the sweep costs nobody a lease.
    this.keeping = [() => this.extend(), () => this.sweep()].map((work) => new Loop(work, BEAT_MS, this.warn));
    if (this.watchMs !== null) this.keeping.push(new Loop(() => this.watch(), this.watchMs, this.warn));
  }

  /** Takes nothing more, and waits for what is under way. */
  override async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort(new WorkerStoppedError());
    await super.beforeApplicationShutdown();
    await Promise.all([...this.running.values()].map(({ end }) => end));
    await Promise.all(this.keeping.map((loop) => loop.stop()));
  }

  protected override async work(): Promise<void> {
    const room = this.most - this.running.size;
    if (room <= 0) return;
    const claimed = await this.database.system(async (transaction) => {
      const claims = await claimRows(transaction, this.table, ...this.order(room));
      return claims.length > 0 ? this.read(transaction, claims) : [];
    });
    for (const one of claimed) this.start(one);
    if (claimed.length > 0) this.wake();
  }

  /** Keeps what is under way, and aborts what is no longer this worker's. */
  protected async extend(): Promise<void> {
    const held = [...this.running.keys()];
    if (held.length === 0) return;
    this.abortLost(held, await this.database.system((transaction) => extendLeases(transaction, this.table, held)));
  }

  /** As {@link extend}, and writes nothing. */
  private async watch(): Promise<void> {
    const held = [...this.running.keys()];
    if (held.length === 0) return;
    this.abortLost(held, await this.database.system((transaction) => findOurs(transaction, this.table, held)));
  }

  private abortLost(held: C[], ours: Set<string>): void {
    for (const claimed of held) if (!ours.has(claimed.id)) this.running.get(claimed)?.lease.abort(new LeaseLostError());
  }

  private async sweep(): Promise<void> {
    const lost = await this.database.system((transaction) => this.takeBack(transaction));
    for (const claim of lost) {
      this.logger.warn(`${this.table.name} ${claim.id}: its worker fell silent in attempt ${claim.attempt}`);
      await this.afterLoss(claim, claim.losses >= this.lossesMax);
    }
  }

  private start(claimed: C): void {
    const lease = new AbortController();
    const end = this.carryOut(claimed, lease.signal)
      .catch((error: Error) => this.logger.error(error.stack ?? error.message))
      .finally(() => {
        this.running.delete(claimed);
        this.wake();
      });
    this.running.set(claimed, { lease, end });
  }

  private async takeBack(transaction: Transaction): Promise<LostClaim[]> {
    const lost = await findLost(transaction, this.table);
    for (const claim of lost) {
      if (claim.losses < this.lossesMax) await releaseRow(transaction, this.table, claim);
      else await this.giveUp(transaction, claim);
    }
    return lost;
  }
}
