import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { NIL_ID } from '../../platform/http/ids.js';
import type { LocalFile } from '../../platform/object-store/object-store.js';
import { DataSetsRepository } from './data-sets.repository.js';

const PAGE = 1_000;

/** The rows of data sets that came by themselves, for training. */
@Injectable()
export class AddedRows {
  constructor(
    private readonly database: Database,
    private readonly repository: DataSetsRepository,
  ) {}

  /**
   * Writes the rows that a data set had when an id was made as JSON lines.
   *
   * @returns the file, until it is released
   */
  async write(tenantId: string, dataSetId: string, before: string): Promise<LocalFile> {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'kindred-added-rows-'));
    const release = () => rm(directory, { recursive: true, force: true });
    const file = path.join(directory, 'rows.jsonl');
    try {
      await pipeline(Readable.from(this.lines(tenantId, dataSetId, before)), createWriteStream(file));
    } catch (error) {
      await release();
      throw error;
    }
    return { path: file, release };
  }

  private async *lines(tenantId: string, dataSetId: string, before: string): AsyncGenerator<string> {
    for await (const row of this.list(tenantId, dataSetId, before)) yield `${JSON.stringify(row)}\n`;
  }

  /** The rows that a data set had when an id was made, oldest first. */
  async *list(tenantId: string, dataSetId: string, before: string): AsyncGenerator<Record<string, unknown>> {
    for (let after = NIL_ID; ;) {
      const rows = await this.database.tenant(tenantId, (transaction) =>
        this.repository.listAddedRows(transaction, dataSetId, after, before, PAGE),
      );
      for (const { row } of rows) yield row as Record<string, unknown>;
      if (rows.length < PAGE) return;
      after = rows.at(-1)!.id;
    }
  }
}
