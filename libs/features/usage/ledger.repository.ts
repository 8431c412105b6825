import { Injectable } from '@nestjs/common';
import { Database, type Sql } from '../../platform/database/database.js';
import { isUniqueViolation } from '../../platform/database/errors.js';
import { NIL_ID } from '../../platform/http/ids.js';
import { idOfConflict, type UsageEvent } from './usage-event.js';

const INSERT_EVENTS = `
  INSERT INTO usage_events (tenant_id, id, meter_key, quantity, project_id, api_key_id, deployment_id, device_class, price_version_id,
    period_start, occurred_at, payload_hash, corrects_id, reason)
  SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::numeric[], $5::uuid[], $6::uuid[], $7::uuid[], $8::text[], $9::uuid[],
    $10::timestamptz[], $11::timestamptz[], $12::bytea[], $13::uuid[], $14::text[])`;

const FIND_EVENTS = `
  SELECT event.tenant_id AS "tenantId", event.id, event.meter_key AS meter, encode(event.payload_hash, 'hex') AS "payloadHash"
  FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS wanted (tenant_id, id, meter_key) JOIN usage_events event USING (tenant_id, id, meter_key)`;

// In the order of the key, so that two writers of the same rows wait for each other rather than lock each other out.
const ADD_TO_ROLLUPS = `
  INSERT INTO usage_rollups AS rollup (tenant_id, granularity, bucket_start, meter_key, project_id, api_key_id, deployment_id, device_class,
    price_version_id, quantity, events)
  SELECT * FROM unnest($1::uuid[], $2::rollup_granularity[], $3::timestamptz[], $4::text[], $5::uuid[], $6::uuid[], $7::uuid[], $8::text[],
    $9::uuid[], $10::numeric[], $11::bigint[])
  ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9
  ON CONFLICT (tenant_id, granularity, bucket_start, meter_key, project_id, api_key_id, deployment_id, device_class, price_version_id)
  DO UPDATE SET quantity = rollup.quantity + excluded.quantity, events = rollup.events + excluded.events`;

const LOCK_JOURNAL = `
  INSERT INTO journals AS journal (id) VALUES ($1)
  ON CONFLICT (id) DO UPDATE SET drained_at = now() RETURNING drained_sequence AS drained`;

/** Rows that a concurrent writer may bring in between two looks. */
const TRIES_MAX = 10;

/** What became of events: those that count now, and those whose id another event had. */
export interface Appended {
  written: number;
  repeated: number;
  conflicts: UsageEvent[];
}

/** Writes the ledger. The events and their sums are one transaction. */
@Injectable()
export class LedgerRepository {
  constructor(private readonly database: Database) {}

  /**
   * Takes entries of a process's journal, each once however often it is offered. An event that repeats an earlier one counts once;
   * another event under the same id is counted under an id of its own.
   *
   * @param andThen what else becomes of the entries after that sequence, which are new, in the same transaction
   */
  drain(
    journalId: string,
    entries: { sequence: number; events: UsageEvent[] }[],
    andThen?: (sql: Sql, drained: number) => Promise<void>,
  ): Promise<Appended> {
    return this.database.systemSql(async (sql) => {
      const [journal] = await sql.rows<{ drained: string }>(LOCK_JOURNAL, [journalId]);
      const drained = Number(journal!.drained);
      const events = entries.filter(({ sequence }) => sequence > drained).flatMap((entry) => entry.events);
      const first = await this.appendIn(sql, events);
      const others = first.conflicts.map((event) => ({ ...event, id: idOfConflict(event) }));
      const { written } = await this.appendIn(sql, others);
      await andThen?.(sql, drained);
      await sql.run('UPDATE journals SET drained_sequence = $2 WHERE id = $1', [journalId, entries.at(-1)!.sequence]);
      return { ...first, written: first.written + written };
    });
  }

  /** Appends events in the transaction of the work that they count; leaves conflicts to the caller. */
  async appendIn(sql: Sql, events: UsageEvent[]): Promise<Appended> {
    if (events.length === 0) return { written: 0, repeated: 0, conflicts: [] };
    const { unique, twins } = withoutTwins(events);
    const first = await this.appendUnique(sql, unique);
    if (twins.length === 0) return first;
    // What has the id of another in the same batch is held against what is there now.
    const second = await this.appendIn(sql, twins);
    return {
      written: first.written + second.written,
      repeated: first.repeated + second.repeated,
      conflicts: [...first.conflicts, ...second.conflicts],
    };
  }

  private async appendUnique(sql: Sql, unique: UsageEvent[]): Promise<Appended> {
    const conflicts: UsageEvent[] = [];
    let fresh = unique;
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      if (await tryInsert(sql, fresh)) {
        const written = fresh.length;
        return { written, repeated: unique.length - written - conflicts.length, conflicts };
      }
      // Some are there already, which is seldom: it costs another look, and the common case nothing.
      const known = new Map((await this.find(sql, fresh)).map((event) => [keyOf(event), event.payloadHash]));
      conflicts.push(...fresh.filter((event) => (known.get(keyOf(event)) ?? event.payloadHash) !== event.payloadHash));
      fresh = fresh.filter((event) => !known.has(keyOf(event)));
    }
    throw new Error(`The ledger would not take ${fresh.length} usage events in ${TRIES_MAX} tries`);
  }

  private find(sql: Sql, events: UsageEvent[]): Promise<UsageEvent[]> {
    return sql.rows(FIND_EVENTS, columnsOf(events).slice(0, 3));
  }
}

/** False, and nothing done, where one of the events is there already. */
async function tryInsert(sql: Sql, events: UsageEvent[]): Promise<boolean> {
  if (events.length === 0) return true;
  await sql.run('SAVEPOINT ledger');
  try {
    await sql.run(INSERT_EVENTS, columnsOf(events));
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    await sql.run('ROLLBACK TO SAVEPOINT ledger');
    return false;
  }
  await sql.run(ADD_TO_ROLLUPS, rollupsOf(events));
  return true;
}

/** The first of each id and meter, and what came under the same id with another payload; mere repetitions are in neither. */
function withoutTwins(events: UsageEvent[]): { unique: UsageEvent[]; twins: UsageEvent[] } {
  const distinct = new Map(events.toReversed().map((event) => [`${keyOf(event)}/${event.payloadHash}`, event]));
  const unique = new Map<string, UsageEvent>();
  const twins: UsageEvent[] = [];
  for (const event of [...distinct.values()].reverse()) {
    const key = keyOf(event);
    if (unique.has(key)) twins.push(event);
    else unique.set(key, event);
  }
  return { unique: [...unique.values()], twins };
}

function keyOf({ tenantId, id, meter }: UsageEvent): string {
  return `${tenantId}/${id}/${meter}`;
}

/** Sums by the key of a roll-up. */
function rollupsOf(events: UsageEvent[]): string[] {
  const rollups = new Map<
    string,
    { event: UsageEvent; granularity: string; start: string; quantity: number; count: number }
  >();
  const minutes = new Map<string, { event: UsageEvent; minute: number; quantity: number; count: number }>();
  for (const event of events) {
    const minute = Math.floor(Date.parse(event.occurredAt) / 60_000);
    const key = `${minute}/${groupOf(event)}`;
    const sum = minutes.get(key);
    if (sum) {
      sum.quantity += event.quantity;
      sum.count++;
    } else minutes.set(key, { event, minute, quantity: event.quantity, count: 1 });
  }
  for (const { event, minute, quantity, count } of minutes.values()) {
    const starts = {
      minute: timeOf(minute),
      hour: timeOf(minute - (minute % 60)),
      day: timeOf(minute - (minute % 1440)),
      period: event.periodStart,
    };
    for (const [granularity, start] of Object.entries(starts)) {
      const key = `${granularity}/${start}/${groupOf(event)}`;
      const sum = rollups.get(key);
      if (sum) {
        sum.quantity += quantity;
        sum.count += count;
      } else rollups.set(key, { event, granularity, start, quantity, count });
    }
  }
  const rows = [...rollups.values()];
  return [
    array(rows.map(({ event }) => event.tenantId)),
    array(rows.map(({ granularity }) => granularity)),
    array(rows.map(({ start }) => start)),
    array(rows.map(({ event }) => event.meter)),
    array(rows.map(({ event }) => event.projectId ?? NIL_ID)),
    array(rows.map(({ event }) => event.apiKeyId ?? NIL_ID)),
    array(rows.map(({ event }) => event.deploymentId ?? NIL_ID)),
    texts(rows.map(({ event }) => event.deviceClass ?? '')),
    array(rows.map(({ event }) => event.priceVersionId)),
    array(rows.map(({ quantity }) => quantity)),
    array(rows.map(({ count }) => count)),
  ];
}

function groupOf(event: UsageEvent): string {
  const { tenantId, meter, projectId, apiKeyId, deploymentId, deviceClass = '', priceVersionId, periodStart } = event;
  return `${tenantId}/${meter}/${projectId}/${apiKeyId ?? ''}/${deploymentId ?? ''}/${deviceClass}/${priceVersionId}/${periodStart}`;
}

function timeOf(minute: number): string {
  return new Date(minute * 60_000).toISOString();
}

function columnsOf(events: UsageEvent[]): string[] {
  return [
    array(events.map(({ tenantId }) => tenantId)),
    array(events.map(({ id }) => id)),
    texts(events.map(({ meter }) => meter)),
    array(events.map(({ quantity }) => quantity)),
    array(events.map(({ projectId }) => projectId)),
    array(events.map(({ apiKeyId }) => apiKeyId)),
    array(events.map(({ deploymentId }) => deploymentId)),
    texts(events.map(({ deviceClass }) => deviceClass ?? '')),
    array(events.map(({ priceVersionId }) => priceVersionId)),
    array(events.map(({ periodStart }) => periodStart)),
    array(events.map(({ occurredAt }) => occurredAt)),
    `{${events.map(({ payloadHash }) => `"\\\\x${payloadHash}"`).join(',')}}`,
    array(events.map(({ correctsId }) => correctsId)),
    texts(events.map(({ reason }) => reason)),
  ];
}

/** A Postgres array of what needs no quoting: ids, numbers, times. Building the text here is what makes large batches fast. */
function array(values: (string | number | null | undefined)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

function texts(values: (string | null | undefined)[]): string {
  const quoted = values.map((value) => (value == null ? 'NULL' : `"${value.replace(/["\\]/g, '\\$&')}"`));
  return `{${quoted.join(',')}}`;
}
