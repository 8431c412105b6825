import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { LABEL_SEPARATOR, splitLabels } from '../../models/kinds/kind.js';
import { findKind } from '../../models/kinds/kinds.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { ContentTables, type DataSet, DataSetsService, rowsOf } from '../data-sets/index.js';
import { notLabelled } from './labelling.errors.js';
import { LabellingRepository } from './labelling.repository.js';

const CONTENTS_REMEMBERED = 200;
/** More are no labels: a classifier takes a thousand. */
const CELLS_MAX = 2_000;
const LABELS_MAX = 1_000;

/** A data set's labels. */
export interface Labels {
  /** The most frequent first. */
  counts: { label: string; rows: number }[];
  /** Whether a row has several, or none has one yet. */
  isOpenToSeveral: boolean;
  hasSeveral: boolean;
}

type Cells = { cell: string; rows: number }[];

/** What the rows of a data set have been said to be. */
@Injectable()
export class DataSetLabels {
  /** A content never changes under its key. */
  private readonly ofContents = new LRUCache<string, Cells>({ max: CONTENTS_REMEMBERED });

  constructor(
    private readonly database: Database,
    private readonly dataSets: DataSetsService,
    private readonly repository: LabellingRepository,
    private readonly contents: ContentTables,
  ) {}

  /** @throws Problem 409 where the data set holds no labelled texts */
  async require(transaction: Transaction, projectId: string, dataSetId: string): Promise<DataSet> {
    const dataSet = await this.dataSets.require(transaction, projectId, dataSetId);
    const kind = findKind(dataSet.kind);
    if (kind?.correctedBy !== 'text' || !('label' in kind.columns)) throw notLabelled(dataSet.kind);
    return dataSet;
  }

  async find(tenantId: string, projectId: string, dataSetId: string): Promise<Labels> {
    const { contentKey, added } = await this.database.tenant(tenantId, async (transaction) => {
      const { id, currentImport } = await this.require(transaction, projectId, dataSetId);
      const content = currentImport && (await this.dataSets.findContent(transaction, currentImport.id));
      return { contentKey: content?.contentKey, added: await this.repository.countAddedLabels(transaction, id) };
    });
    const cells = [...(contentKey ? await this.cellsOf(tenantId, contentKey) : []), ...added];
    const counts = new Map<string, number>();
    for (const { cell, rows } of cells)
      for (const label of splitLabels(cell)) counts.set(label, (counts.get(label) ?? 0) + rows);
    const hasSeveral = cells.some(({ cell }) => cell.includes(LABEL_SEPARATOR));
    const sorted = [...counts].map(([label, rows]) => ({ label, rows })).sort((a, b) => b.rows - a.rows);
    return { counts: sorted.slice(0, LABELS_MAX), hasSeveral, isOpenToSeveral: hasSeveral || cells.length === 0 };
  }

  private async cellsOf(tenantId: string, contentKey: string): Promise<Cells> {
    const known = this.ofContents.get(contentKey);
    if (known) return known;
    const cells = await this.contents.look(tenantId, [contentKey], async (connection, [table]) => {
      const rows = await rowsOf(
        connection,
        `SELECT label AS cell, count(*)::INTEGER AS rows FROM ${table} WHERE label IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${CELLS_MAX}`,
      );
      return rows.map(({ cell, rows: many }) => ({ cell: String(cell), rows: Number(many) }));
    });
    this.ofContents.set(contentKey, cells);
    return cells;
  }
}
