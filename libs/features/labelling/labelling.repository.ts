import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { newId } from '../../platform/http/ids.js';
import type { Decide, TextToLabel } from './labelling.schema.js';

/** How long texts are somebody's before others get them. */
const LEASE_MINUTES = 10;
/** So that an answer stays below what one may hold, however its characters are written. */
const BATCH_BYTES = 300_000;
const ROWS_AT_ONCE = 1_000;

export interface Judged {
  id: string;
  margin: number;
  suggestions: TextToLabel['suggestions'];
}

const LEASE_END = Prisma.sql`now() + make_interval(mins => ${LEASE_MINUTES})`;
const SHOWN = Prisma.sql`id::text AS id, text, status::text AS status, labels, suggestions, margin`;

/** The texts that wait for a label. */
@Injectable()
export class LabellingRepository {
  async count(transaction: Transaction, dataSetId: string, person: string) {
    const [counts] = await transaction.$queryRaw<
      [{ waiting: number; others: number; labelled: number; skipped: number }]
    >`
      SELECT (count(*) FILTER (WHERE status = 'waiting'))::int AS waiting,
        (count(*) FILTER (WHERE status = 'waiting' AND leased_by <> ${person}::uuid AND leased_until > now()))::int AS others,
        (count(*) FILTER (WHERE status = 'labelled'))::int AS labelled,
        (count(*) FILTER (WHERE status = 'skipped'))::int AS skipped
      FROM texts_to_label WHERE data_set_id = ${dataSetId}::uuid`;
    return counts;
  }

  /** How often rows that came by themselves have each cell of labels. */
  countAddedLabels(transaction: Transaction, dataSetId: string): Promise<{ cell: string; rows: number }[]> {
    return transaction.$queryRaw`
      SELECT row->>'label' AS cell, count(*)::int AS rows FROM added_rows
      WHERE data_set_id = ${dataSetId}::uuid AND row->>'label' IS NOT NULL GROUP BY 1`;
  }

  /** Two files at once must not pass a bound that each keeps. */
  async lock(transaction: Transaction, dataSetId: string): Promise<void> {
    await transaction.$queryRaw`SELECT FROM data_sets WHERE id = ${dataSetId}::uuid FOR NO KEY UPDATE`;
  }

  /** @returns how many of them were not there yet */
  async add(transaction: Transaction, tenantId: string, dataSetId: string, texts: readonly string[]): Promise<number> {
    let added = 0;
    for (let i = 0; i < texts.length; i += ROWS_AT_ONCE) {
      const data = texts.slice(i, i + ROWS_AT_ONCE).map((text) => {
        const textHash = hashOf(text);
        // By the text alone, so that the order is by chance and yet the same wherever it comes from.
        const place = textHash.readUInt32BE(0) / 2 ** 32;
        return { tenantId, id: newId(), dataSetId, text, textHash, place };
      });
      added += (await transaction.textToLabel.createMany({ data, skipDuplicates: true })).count;
    }
    return added;
  }

  /** What a file says need not be asked any more. */
  async removeAnswered(transaction: Transaction, dataSetId: string, texts: readonly string[]): Promise<void> {
    for (let i = 0; i < texts.length; i += ROWS_AT_ONCE) {
      const hashes = texts.slice(i, i + ROWS_AT_ONCE).map(hashOf);
      await transaction.textToLabel.deleteMany({
        where: { dataSetId, textHash: { in: hashes }, status: { not: 'labelled' } },
      });
    }
  }

  /** @returns how many waited or were skipped */
  async removeOpen(transaction: Transaction, dataSetId: string): Promise<number> {
    return (await transaction.textToLabel.deleteMany({ where: { dataSetId, status: { not: 'labelled' } } })).count;
  }

  /** How many texts of the data set were judged today, UTC; nobody else can say so before the transaction ends. */
  async countJudgedToday(transaction: Transaction, tenantId: string, dataSetId: string): Promise<number> {
    const [row] = await transaction.$queryRaw<[{ texts: number }]>`
      INSERT INTO suggestion_days AS known (tenant_id, data_set_id, day)
      VALUES (${tenantId}::uuid, ${dataSetId}::uuid, (now() AT TIME ZONE 'UTC')::date)
      ON CONFLICT (tenant_id, data_set_id) DO UPDATE
        SET texts = CASE WHEN known.day = excluded.day THEN known.texts ELSE 0 END, day = excluded.day
      RETURNING texts`;
    return row.texts;
  }

  async addJudgedToday(transaction: Transaction, dataSetId: string, texts: number): Promise<void> {
    await transaction.suggestionDay.updateMany({ where: { dataSetId }, data: { texts: { increment: texts } } });
  }

  /** Texts that the version has not judged. */
  listUnjudged(
    transaction: Transaction,
    dataSetId: string,
    modelVersionId: string,
    most: number,
  ): Promise<{ id: string; text: string }[]> {
    return transaction.$queryRaw`
      SELECT id::text AS id, text FROM texts_to_label
      WHERE data_set_id = ${dataSetId}::uuid AND status = 'waiting' AND model_version_id IS DISTINCT FROM ${modelVersionId}::uuid
      ORDER BY place LIMIT ${most}`;
  }

  async judge(transaction: Transaction, modelVersionId: string, judged: readonly Judged[]): Promise<void> {
    await transaction.$executeRaw`
      UPDATE texts_to_label SET margin = judged.margin, suggestions = judged.suggestions, model_version_id = ${modelVersionId}::uuid
      FROM unnest(${judged.map(({ id }) => id)}::uuid[], ${judged.map(({ margin }) => margin)}::float8[],
        ${judged.map(({ suggestions }) => JSON.stringify(suggestions))}::jsonb[]) AS judged (id, margin, suggestions)
      WHERE texts_to_label.id = judged.id`;
  }

  /**
   * Hands texts out: those that the person has already, then those that the version is least sure of, then those that it has not judged, in an
   * order by chance. Nobody else gets them until the lease ends.
   */
  async take(
    transaction: Transaction,
    dataSetId: string,
    {
      person,
      modelVersionId,
      status,
      limit,
    }: { person: string; modelVersionId: string | null; status: string; limit: number },
  ): Promise<{ texts: TextToLabel[]; leasedUntil: Date }> {
    const order = Prisma.sql`
      coalesce(leased_by = ${person}::uuid AND leased_until > now(), false) DESC,
      coalesce(model_version_id = ${modelVersionId}::uuid, false) DESC, margin, place, id`;
    const texts = await transaction.$queryRaw<TextToLabel[]>`
      WITH free AS MATERIALIZED (
        SELECT tenant_id, id, text, leased_by, leased_until, model_version_id, margin, place FROM texts_to_label
        WHERE data_set_id = ${dataSetId}::uuid AND status = ${status}::label_status
          AND (leased_until IS NULL OR leased_until <= now() OR leased_by = ${person}::uuid)
        ORDER BY ${order} LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED),
      placed AS (
        SELECT tenant_id, id, row_number() OVER asked AS turn, sum(octet_length(text)) OVER asked AS bytes
        FROM free WINDOW asked AS (ORDER BY ${order})),
      taken AS (
        UPDATE texts_to_label SET leased_by = ${person}::uuid, leased_until = ${LEASE_END} FROM placed
        WHERE texts_to_label.tenant_id = placed.tenant_id AND texts_to_label.id = placed.id AND (bytes <= ${BATCH_BYTES} OR turn = 1)
        RETURNING texts_to_label.*, turn)
      SELECT ${SHOWN} FROM taken ORDER BY turn`;
    return { texts, leasedUntil: await this.findLeaseEnd(transaction) };
  }

  private async findLeaseEnd(transaction: Transaction): Promise<Date> {
    const [{ until }] = await transaction.$queryRaw<[{ until: Date }]>`SELECT ${LEASE_END} AS until`;
    return until;
  }

  /** Held until the end of the transaction; null where the data set has none of that id. */
  async lockText(transaction: Transaction, dataSetId: string, id: string): Promise<TextToLabel | null> {
    const [found] = await transaction.$queryRaw<TextToLabel[]>`
      SELECT ${SHOWN} FROM texts_to_label WHERE data_set_id = ${dataSetId}::uuid AND id = ${id}::uuid FOR NO KEY UPDATE`;
    return found ?? null;
  }

  /** Writes down what somebody decided, and lets them keep what they have before them for longer. */
  async decide(
    transaction: Transaction,
    { dataSetId, id, person }: { dataSetId: string; id: string; person: string },
    { status, labels }: Decide,
  ): Promise<void> {
    const isDecided = status !== 'waiting';
    await transaction.$executeRaw`
      UPDATE texts_to_label SET status = ${status}::label_status, labels = ${labels}::text[],
        decided_by = CASE WHEN ${isDecided} THEN ${person}::uuid END, decided_at = CASE WHEN ${isDecided} THEN now() END,
        leased_by = ${person}::uuid, leased_until = ${LEASE_END}
      WHERE data_set_id = ${dataSetId}::uuid AND id = ${id}::uuid`;
    await transaction.$executeRaw`
      UPDATE texts_to_label SET leased_until = ${LEASE_END}
      WHERE data_set_id = ${dataSetId}::uuid AND status <> 'labelled' AND leased_by = ${person}::uuid AND leased_until > now()`;
  }

  /** Whether they have decided something today, UTC. */
  async hasDecidedToday(transaction: Transaction, dataSetId: string, person: string): Promise<boolean> {
    const [{ has }] = await transaction.$queryRaw<[{ has: boolean }]>`
      SELECT EXISTS (SELECT FROM texts_to_label WHERE data_set_id = ${dataSetId}::uuid AND decided_by = ${person}::uuid
        AND decided_at >= date_trunc('day', now(), 'UTC')) AS has`;
    return has;
  }

  /** The next of those that wait, in the order of their ids. */
  listWaiting(transaction: Transaction, dataSetId: string, after: string, most: number) {
    return transaction.textToLabel.findMany({
      where: { dataSetId, status: { not: 'labelled' }, id: { gt: after } },
      orderBy: { id: 'asc' },
      take: most,
      select: { id: true, text: true },
    });
  }
}

/** Of a text, by which it waits once. */
function hashOf(text: string): Buffer<ArrayBuffer> {
  return Buffer.from(createHash('sha256').update(text).digest());
}
