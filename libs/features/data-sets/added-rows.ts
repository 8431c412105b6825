import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import { BOUNDS } from '../../platform/bounds.js';
import { Database } from '../../platform/database/database.js';
import { NIL_ID } from '../../platform/http/ids.js';
import type { LocalFile } from '../../platform/object-store/object-store.js';
import { foldName } from '../../platform/tables/tables.js';
import { DataSetsRepository } from './data-sets.repository.js';
import { LiveInteractionsRepository } from './live-interactions.repository.js';
import { SingleRowsRepository } from './single-rows.repository.js';

const PAGE = 1_000;
const LIVE_PAGE = 10_000;

type Row = Awaited<ReturnType<DataSetsRepository['listAddedRows']>>[number];

/** The rows of data sets that came by themselves, for training. */
@Injectable()
export class AddedRows {
  constructor(
    private readonly database: Database,
    private readonly repository: DataSetsRepository,
    private readonly live: LiveInteractionsRepository,
    private readonly single: SingleRowsRepository,
  ) {}

  /**
   * Writes the rows that a data set had when an id was made as JSON lines.
   *
   * @returns the file, until it is released
   */
  write(tenantId: string, dataSetId: string, before: string): Promise<LocalFile> {
    return this.writeLines(this.lines(tenantId, dataSetId, before));
  }

  /**
   * Writes what was sent of single items or users when an id was made as JSON lines of `id`, `is_deletion` and `row`, whose names are folded.
   *
   * @returns the file, until it is released, and the names that its rows use, each in its most usual spelling
   */
  async writeSingle(
    tenantId: string,
    dataSetId: string,
    before: string,
  ): Promise<{ file: LocalFile; names: string[] }> {
    const names = await this.database.tenant(tenantId, (transaction) =>
      this.single.listNames(transaction, dataSetId, BOUNDS.columns.most),
    );
    const line = ({ origin, isDeletion, row }: Row) => ({ id: origin, is_deletion: isDeletion, row: folded(row) });
    return { file: await this.writeLines(this.lines(tenantId, dataSetId, before, line)), names };
  }

  /**
   * Writes the events that a data set took until then as JSON lines.
   *
   * @returns the file, until it is released
   */
  writeLive(tenantId: string, dataSetId: string, until: Date): Promise<LocalFile> {
    return this.writeLines(this.liveLines(tenantId, dataSetId, until));
  }

  /** Writes lines into a file, which is there until it is released. */
  async writeLines(lines: AsyncIterable<string>): Promise<LocalFile> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'kindred-added-rows-'));
    const release = () => rm(directory, { recursive: true, force: true });
    const file = path.join(directory, 'rows.jsonl');
    try {
      await pipeline(Readable.from(lines), createWriteStream(file));
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
      const rows = await this.database.tenantSql(tenantId, (sql) => this.live.page(sql, next));
      yield rows.map(({ row }) => `${JSON.stringify(row)}\n`).join('');
      if (rows.length < LIVE_PAGE) return;
      after = rows.at(-1)!.id;
    }
  }
}

/** Of several spellings of one name the last counts. */
function folded(row: Row['row']): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row as object).map(([name, value]) => [foldName(name), value]));
}
