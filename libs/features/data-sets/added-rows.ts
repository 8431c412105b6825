import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import type { Kind } from '../../models/kinds/kind.js';
import { type KindKey, kinds } from '../../models/kinds/kinds.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Database } from '../../platform/database/database.js';
import { NIL_ID } from '../../platform/http/ids.js';
import type { LocalFile } from '../../platform/object-store/object-store.js';
import { foldName } from '../../platform/tables/tables.js';
import { DataSetsRepository } from './data-sets.repository.js';
import type { AddedFile } from './learnt-rows.js';
import { LiveInteractionsRepository } from './live-interactions.repository.js';
import { SingleRowsRepository } from './single-rows.repository.js';

const PAGE = 1_000;
const LIVE_PAGE = 10_000;

type Row = Awaited<ReturnType<DataSetsRepository['listAddedRows']>>[number];

/** The rows of data sets that came by themselves, for whatever reads them next to those of files. */
@Injectable()
export class AddedRows {
  constructor(
    private readonly database: Database,
    private readonly repository: DataSetsRepository,
    private readonly live: LiveInteractionsRepository,
    private readonly single: SingleRowsRepository,
  ) {}

  /**
   * Writes what came by itself for a data set as lines that `linesOf` reads: events that were taken until a moment, other rows that there were when an id was made.
   *
   * @param signal ends it
   * @returns the file, until it is released; null where rows of the kind come in files alone
   */
  async write(
    tenantId: string,
    { id, kind }: { id: string; kind: KindKey },
    before: { id: string; time: Date },
    signal?: AbortSignal,
  ): Promise<(AddedFile & LocalFile) | null> {
    const { correctedBy, isLive, identity }: Kind = kinds[kind];
    if (!correctedBy && !isLive && !identity) return null;
    const lines = isLive
      ? this.liveLines(tenantId, id, before.time)
      : this.lines(tenantId, id, before.id, identity ? singleLine : undefined);
    const names =
      identity &&
      (await this.database.tenant(tenantId, (transaction) =>
        this.single.listNames(transaction, id, BOUNDS.columns.most),
      ));
    const file = await this.writeLines(lines, signal);
    return { ...file, addedFile: file.path, ...(names && { addedNames: names }) };
  }

  /** Writes lines into a file, which is there until it is released. */
  async writeLines(lines: AsyncIterable<string>, signal?: AbortSignal): Promise<LocalFile> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'kindred-added-rows-'));
    const release = () => rm(directory, { recursive: true, force: true });
    const file = path.join(directory, 'rows.jsonl');
    try {
      await pipeline(Readable.from(lines), createWriteStream(file), { ...(signal && { signal }) });
    } catch (error) {
      await release();
      throw error;
    }
    return { path: file, release };
  }

  private async *lines(
    tenantId: string,
    dataSetId: string,
    before: string,
    lineOf = ({ row }: Row): unknown => row,
  ): AsyncGenerator<string> {
    for await (const row of this.pages(tenantId, dataSetId, before)) yield `${JSON.stringify(lineOf(row))}\n`;
  }

  /** The rows that a data set had when an id was made, oldest first. */
  async *list(tenantId: string, dataSetId: string, before: string): AsyncGenerator<Record<string, unknown>> {
    for await (const { row } of this.pages(tenantId, dataSetId, before)) yield row as Record<string, unknown>;
  }

  private async *pages(tenantId: string, dataSetId: string, before: string): AsyncGenerator<Row> {
    for (let after = NIL_ID; ;) {
      const rows = await this.database.tenant(tenantId, (transaction) =>
        this.repository.listAddedRows(transaction, dataSetId, after, before, PAGE),
      );
      yield* rows;
      if (rows.length < PAGE) return;
      after = rows.at(-1)!.id;
    }
  }

  private async *liveLines(tenantId: string, dataSetId: string, until: Date): AsyncGenerator<string> {
    for (let after = NIL_ID; ;) {
      const next = { tenantId, dataSetId, after, until, most: LIVE_PAGE };
      const { rows, lines, last } = await this.database.tenantSql(tenantId, (sql) => this.live.readLines(sql, next));
      yield lines;
      if (rows < LIVE_PAGE) return;
      after = last;
    }
  }
}

/** Of several spellings of one name the last counts. */
function singleLine({ origin, isDeletion, row }: Row) {
  const folded = Object.entries(row as object).map(([name, value]) => [foldName(name), value]);
  return { id: origin, is_deletion: isDeletion, row: Object.fromEntries(folded) };
}
