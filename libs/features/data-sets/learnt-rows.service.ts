import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { Injectable } from '@nestjs/common';
import { type KindKey, kinds } from '../../models/kinds/kinds.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { newId, NIL_ID } from '../../platform/http/ids.js';
import type { LocalFile } from '../../platform/object-store/object-store.js';
import { quoteText } from '../../platform/tables/tables.js';
import { AddedRows } from './added-rows.js';
import { ContentTables, isTooMuchToRead, rowsOf } from './content-tables.js';
import type { ImportedContent } from './data-sets.repository.js';
import type { DataSet } from './data-sets.schema.js';
import { DataSetsService } from './data-sets.service.js';
import { type AddedFile, learntRows, linesOf } from './learnt-rows.js';
import { copyTo } from './sorted-rows.js';
import { readStatistics } from './statistics.js';

/** A data set, with the rows of its file where it has one. */
export interface FoundRows {
  dataSet: DataSet;
  content: ImportedContent | null;
}

/** What a training on a data set would learn from: of no file, the import {@link NIL_ID}. */
export interface LearntContent extends ImportedContent {
  /** They are too many to be looked at while somebody waits: the figures are those of the file. */
  isUnjudged: boolean;
}

/** The rows that a model would learn from: those of a data set's file together with those that came by themselves. */
@Injectable()
export class LearntRows {
  constructor(
    private readonly database: Database,
    private readonly dataSets: DataSetsService,
    private readonly added: AddedRows,
    private readonly contents: ContentTables,
    private readonly clock: Clock,
  ) {}

  async find(transaction: Transaction, projectId: string, dataSetId: string): Promise<FoundRows> {
    const dataSet = await this.dataSets.require(transaction, projectId, dataSetId);
    const { currentImport } = dataSet;
    return { dataSet, content: currentImport && (await this.dataSets.findContent(transaction, currentImport.id)) };
  }

  /**
   * How many rows a data set has, and the figures of its kind; null where it has none.
   *
   * @throws Problem 404; 429 where too many of the organization's looks wait already
   */
  async describe(tenantId: string, projectId: string, dataSetId: string): Promise<LearntContent | null> {
    const found = await this.database.tenant(tenantId, (transaction) => this.find(transaction, projectId, dataSetId));
    const { dataSet, content } = found;
    // Its import has counted them.
    if (dataSet.addedRows === 0) return content && { ...content, isUnjudged: false };
    const kind = dataSet.kind as KindKey;
    const none = {
      importId: NIL_ID,
      dataSetId: dataSet.id,
      kind,
      contentKey: '',
      sha256: null,
      rows: 0,
      statistics: {},
    };
    const held = { ...none, ...content };
    try {
      return await this.look(tenantId, [found], async (connection, [table]) => {
        await connection.run(`CREATE TEMP VIEW accepted AS ${table}`);
        const rows = await countOf(connection);
        const statistics = await readStatistics(connection, kinds[kind]);
        return content || rows > 0 ? { ...held, rows, statistics, isUnjudged: false } : null;
      });
    } catch (error) {
      if (!isTooMuchToRead(error)) throw error;
      return { ...held, rows: held.rows + dataSet.addedRows, isUnjudged: true };
    }
  }

  /**
   * Runs `work` with the rows of each data set as SQL, within the bounds of {@link ContentTables.look}.
   *
   * @throws Problem 503 where the rows are too many for the bounds; 429 where too many of the organization's looks wait already
   */
  async look<T>(
    tenantId: string,
    found: readonly FoundRows[],
    work: (connection: DuckDBConnection, tables: string[]) => Promise<T>,
  ): Promise<T> {
    const before = { id: newId(), time: this.clock.now() };
    const added = new Map<string, AddedFile & LocalFile>();
    const write = async (signal: AbortSignal) => {
      for (const { dataSet } of found) {
        if (dataSet.addedRows === 0) continue;
        const file = await this.added.write(
          tenantId,
          { id: dataSet.id, kind: dataSet.kind as KindKey },
          before,
          signal,
        );
        if (file) added.set(dataSet.id, file);
      }
      return [...added.values()].map((file) => file.path);
    };
    const keys = found.flatMap(({ content }) => content?.contentKey ?? []);
    try {
      return await this.contents.look(
        tenantId,
        keys,
        async (connection, files, scratch) => {
          const left = [...files];
          const tables: string[] = [];
          for (const { dataSet, content } of found) {
            const kind = dataSet.kind as KindKey;
            const file = added.get(dataSet.id);
            // Columns of Parquet are read again and again at little cost, and lines of JSON are not.
            const copy = path.join(scratch, `${dataSet.id}.parquet`);
            if (file) await connection.run(copyTo(copy, linesOf(kind, file.addedFile)));
            const lines = file && `SELECT * FROM read_parquet(${quoteText(copy)})`;
            tables.push(learntRows(kind, content ? left.shift() : undefined, lines, file?.addedNames));
          }
          return work(connection, tables);
        },
        write,
      );
    } finally {
      await Promise.all([...added.values()].map((file) => file.release()));
    }
  }
}

/** How many rows the table `accepted` has. */
export async function countOf(connection: DuckDBConnection): Promise<number> {
  const [row] = await rowsOf(connection, 'SELECT count(*) AS rows FROM accepted');
  return Number(row!['rows']);
}
