import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { NIL_ID } from '../../platform/http/ids.js';
import { OBJECT_STORE, type ObjectStore } from '../../platform/object-store/object-store.js';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { HealthRepository } from './health.repository.js';
import { type Component, COMPONENTS, type ProbeDays, type State, type Status } from './status.schema.js';

/** A part that has not answered by then does not answer. */
const PATIENCE_MS = 5_000;

/**
 * Probes the parts of the platform twice a minute and remembers what came of it, so that whoever asks costs nothing, and is told
 * while the database is away too.
 */
@Injectable()
export class StatusService extends RepeatedWork {
  protected readonly everyMs = 30_000;
  private states = new Map<Component, State>();
  private days = new Map<string, ProbeDays>();
  private checkedAt: Date | null = null;
  /** Probes of the database that failed, and of which it could not be told. */
  private missed = 0;

  constructor(
    private readonly database: Database,
    private readonly repository: HealthRepository,
    private readonly clock: Clock,
    @Inject(OBJECT_STORE) private readonly objectStore: ObjectStore,
  ) {
    super();
  }

  show(): Status {
    const components = COMPONENTS.map((component) => ({
      component,
      status: this.states.get(component) ?? ('unknown' as const),
      days: this.days.get(component) ?? [],
    }));
    const isFailing = components.some(({ status }) => status === 'failing');
    const isKnown = components.every(({ status }) => status === 'ok');
    return {
      status: isFailing ? 'failing' : isKnown ? 'ok' : 'unknown',
      checkedAt: this.checkedAt?.toISOString() ?? null,
      components,
    };
  }

  /** Public for tests, which do not wait for the next turn. */
  async work(): Promise<void> {
    const [hasDatabase, hasObjects] = await Promise.all([
      inTime(this.database.isReady()),
      inTime(this.reachObjects().then(() => true)),
    ]);
    const work = hasDatabase ? await inTime(this.repository.probeWorkers()) : undefined;
    const stateOf = (isWell: boolean | null | undefined): State =>
      isWell == null ? 'unknown' : isWell ? 'ok' : 'failing';
    this.states = new Map<Component, State>([
      ['api', 'ok'],
      ['database', stateOf(hasDatabase === true)],
      ['workers', stateOf(work?.workers)],
      ['queue', stateOf(work?.queue)],
      ['object_store', stateOf(hasObjects === true)],
    ]);
    this.checkedAt = this.clock.now();
    if (!hasDatabase) this.missed++;
    else await this.remember();
  }

  private async remember(): Promise<void> {
    const known = [...this.states].filter(([, state]) => state !== 'unknown');
    await this.repository.record(
      known.map(([component, state]) => ({
        component,
        isFailing: state === 'failing',
        missed: component === 'database' ? this.missed : 0,
      })),
    );
    this.missed = 0;
    this.days = await this.repository.listDays();
  }

  /** Asks for what is not there. */
  private async reachObjects(): Promise<void> {
    for await (const _ of this.objectStore.list(`${NIL_ID}/`)) return;
  }
}

/** What it comes to; undefined where it fails, or takes too long. */
async function inTime<T>(answer: Promise<T>): Promise<T | undefined> {
  const patience = new AbortController();
  const late = sleep(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => undefined);
  try {
    return await Promise.race([answer.catch(() => undefined), late]);
  } finally {
    patience.abort();
  }
}
