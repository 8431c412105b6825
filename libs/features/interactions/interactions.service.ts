import { Injectable } from '@nestjs/common';
import { kinds } from '../../models/kinds/kinds.js';
import type { Principal } from '../../platform/access/principal.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Clock } from '../../platform/clock/clock.js';
import { BriefLookups } from '../../platform/database/brief-lookups.js';
import { newId, NIL_ID } from '../../platform/http/ids.js';
import type { LiveRow } from '../data-sets/index.js';
import { ErasedUsers } from '../end-users/index.js';
import { Quotas } from '../limits/index.js';
import { RememberedAnswers } from '../serving/index.js';
import { hashPayload, UsageRecorder } from '../usage/index.js';
import { EventTypes } from './event-types.js';
import { idOfPlace, readEvent } from './event.js';
import { HeldRoom } from './held-room.js';
import type { SendInteractions, SentInteractions } from './interactions.schema.js';
import { KnownEvents } from './known-events.js';
import { LiveDataSets } from './live-data-sets.js';

const METER = kinds.interactions.meters.ingested!;
/** Counts what a test key does in place of what is billed. */
const TEST_METER = 'test_requests';

/** What became of a call's events, short enough to be remembered: the places of those that were not accepted. */
interface Outcome {
  duplicates: number[];
  rejected: [place: number, error: string][];
}

interface Call {
  id: string;
  projectId: string;
  dataSetId: string;
  payloadHash: string;
  isNamed: boolean;
}

/** The way of events from a call to the journal, from which they drain into their data set with the metering of the same entry. */
@Injectable()
export class InteractionsService {
  private readonly lookups = new BriefLookups('people who are being erased');

  constructor(
    private readonly live: LiveDataSets,
    private readonly known: KnownEvents,
    private readonly types: EventTypes,
    private readonly erased: ErasedUsers,
    private readonly room: HeldRoom,
    private readonly quotas: Quotas,
    private readonly recorder: UsageRecorder,
    private readonly remembered: RememberedAnswers,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes events; those that are accepted are durable when this resolves.
   *
   * @throws Problem 402 or 429 where quotas do not leave room for all of them, 503 where the disk does not take them: then none is kept
   */
  async send(
    principal: Principal,
    projectId: string,
    { dataSetId: named, interactions }: SendInteractions,
    idempotencyKey: string | undefined,
  ): Promise<SentInteractions> {
    const { tenantId } = principal;
    const dataSetId = await this.live.idOf(tenantId, projectId, named);
    const mode = principal.kind === 'apiKey' ? principal.mode : undefined;
    const payloadHash = hashPayload([dataSetId, interactions, mode]);
    const id = idempotencyKey ?? newId();
    const isNamed = idempotencyKey !== undefined;
    const work = () => this.take(principal, { id, projectId, dataSetId, payloadHash, isNamed }, interactions);
    const json = async () => JSON.stringify(await work());
    const outcome = isNamed
      ? (JSON.parse(await this.remembered.once(tenantId, id, payloadHash, false, json)) as Outcome)
      : await work();
    return answerOf(dataSetId, interactions.length, outcome);
  }

  private async take(principal: Principal, call: Call, events: readonly unknown[]): Promise<Outcome> {
    const { tenantId } = principal;
    const { rows, outcome } = await this.sort(tenantId, call, events);
    if (rows.length === 0) return outcome;
    const key = principal.kind === 'apiKey' ? principal : null;
    const isTest = key?.mode === 'test';
    if (!isTest) await this.room.take(tenantId, rows.length);
    const caller = { tenantId, projectId: call.projectId, lineageId: key?.lineageId ?? NIL_ID };
    const [meter, units] = isTest ? [TEST_METER, 1] : [METER, rows.length];
    const reservation = await this.quotas.reserve(caller, { [meter]: units });
    try {
      const { id, projectId, dataSetId, payloadHash, isNamed } = call;
      await this.recorder.record({
        id,
        tenantId,
        projectId,
        apiKeyId: key?.apiKeyId,
        occurredAt: this.clock.now().toISOString(),
        ...reservation.context,
        payloadHash,
        uses: [reservation.use(meter, units)],
        ...(isNamed && { answer: JSON.stringify(outcome) }),
        ...(!isTest && { interactions: { dataSetId, rows } }),
      });
      reservation.commit();
    } finally {
      reservation.release();
    }
    if (!isTest)
      this.known.remember(
        call.dataSetId,
        rows.map(([id]) => id),
      );
    return outcome;
  }

  /** Those that are to be kept, and the places of the others. */
  private async sort(
    tenantId: string,
    { id, projectId, dataSetId }: Call,
    events: readonly unknown[],
  ): Promise<{ rows: LiveRow[]; outcome: Outcome }> {
    const now = this.clock.now().getTime() / 1_000;
    const placeIds = events.map((_, place) => idOfPlace(id, place));
    const read = events.map((event, place) => readEvent(event, placeIds[place]!, now));
    // Only what has an id of its own may have come before.
    const ownIds = read.flatMap((row, place) => (typeof row === 'string' || row[0] === placeIds[place] ? [] : row[0]));
    const seen = await this.known.find(tenantId, dataSetId, ownIds);
    const types = await this.types.take(
      tenantId,
      dataSetId,
      read.flatMap((row) => (typeof row === 'string' || row[3] === null ? [] : row[3])),
    );
    const erasing = await this.findErasing(tenantId, projectId, read);
    const rows: LiveRow[] = [];
    const outcome: Outcome = { duplicates: [], rejected: [] };
    for (const [place, row] of read.entries()) {
      if (typeof row === 'string') outcome.rejected.push([place, row]);
      else if (seen.has(row[0])) outcome.duplicates.push(place);
      else if (erasing.has(row[1])) outcome.rejected.push([place, 'this user is being erased']);
      else if (row[3] !== null && !types.has(row[3])) outcome.rejected.push([place, tooManyTypes(row[3])]);
      else {
        seen.add(row[0]);
        rows.push(row);
      }
    }
    return { rows, outcome };
  }

  /** Those of whom nothing is to be kept. While Postgres cannot be asked nobody is known to be: what drains is held against erasures once more. */
  private async findErasing(tenantId: string, projectId: string, read: (LiveRow | string)[]): Promise<Set<string>> {
    const userIds = new Set(read.flatMap((row) => (typeof row === 'string' ? [] : row[1])));
    const erasing = new Set<string>();
    await this.lookups.ask(async () => {
      for (const userId of userIds) if (await this.erased.has(tenantId, projectId, userId)) erasing.add(userId);
    });
    return erasing;
  }
}

/** As an import says it. */
function tooManyTypes(type: string): string {
  const { most } = BOUNDS.eventTypes;
  return `there are more than ${most} different values of eventType, and "${[...type].slice(0, 40).join('')}" is not among the first`;
}

function answerOf(dataSetId: string, count: number, { duplicates, rejected }: Outcome): SentInteractions {
  const results: SentInteractions['results'] = Array.from({ length: count }, () => ({ status: 'accepted' }));
  for (const place of duplicates) results[place] = { status: 'duplicate' };
  for (const [place, error] of rejected) results[place] = { status: 'rejected', error };
  return { dataSetId, accepted: count - duplicates.length - rejected.length, results };
}
