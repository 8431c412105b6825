import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { LABEL_SEPARATOR, splitLabels } from '../../models/kinds/kind.js';
import { audit } from '../../platform/audit/audit.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { newId, NIL_ID } from '../../platform/http/ids.js';
import { AddedRows, ContentTables, type DataSet, DataSetsService, rowsOf } from '../data-sets/index.js';
import { LimitsService } from '../limits/index.js';
import { UsageService } from '../usage/index.js';
import { DataSetLabels } from './data-set-labels.js';
import { type LabelledText, readLabelFile, WRITERS, type WrittenText } from './label-files.js';
import { badLabelFile, labelFileTooLarge, noUnitsForTexts, tooManyTextsToLabel } from './labelling.errors.js';
import { LabellingRepository } from './labelling.repository.js';
import type { ExportTextsQuery, ImportedTexts, ImportTextsQuery } from './labelling.schema.js';

const METER = 'texts_ingested';
const PAGE = 2_000;

/** Texts come in files of other tools and leave in such. */
@Injectable()
export class LabelFilesService {
  constructor(
    private readonly database: Database,
    private readonly repository: LabellingRepository,
    private readonly labels: DataSetLabels,
    private readonly dataSets: DataSetsService,
    private readonly addedRows: AddedRows,
    private readonly contents: ContentTables,
    private readonly limits: LimitsService,
    private readonly usage: UsageService,
    private readonly clock: Clock,
  ) {}

  /**
   * Takes a file's texts: those with labels become rows, which count as ingested, the others wait for a label. All or nothing. Where the data
   * set has no rows yet the file is imported as its first, so that a model can be trained.
   *
   * @throws Problem 400 with where and what is wrong, 402 or 429 where quotas leave no room, 409 where too many would wait, 413
   */
  async add(
    tenantId: string,
    projectId: string,
    dataSetId: string,
    content: Readable,
    { format }: ImportTextsQuery,
  ): Promise<ImportedTexts> {
    const { isOpenToSeveral } = await this.labels.find(tenantId, projectId, dataSetId);
    const texts = readLabelFile(await readWhole(content), format);
    if (!isOpenToSeveral) refuseSeveral(texts);
    const labelled = texts.filter(({ labels }) => labels.length > 0);
    const taken = await this.database.tenant(tenantId, async (transaction) => {
      await this.repository.lock(transaction, dataSetId);
      const dataSet = await this.labels.require(transaction, projectId, dataSetId);
      const isFirst = !dataSet.currentImport;
      if (!isFirst) await this.addRows(transaction, tenantId, dataSet, labelled);
      const waiting = await this.queue(transaction, tenantId, dataSet.id, texts);
      const after = { projectId, format, waiting, labelled: labelled.length };
      await audit(transaction, tenantId, 'data_set.texts_imported', dataSet.id, { after });
      return { isFirst, waiting };
    });
    const known =
      new Set(texts.filter(({ labels }) => labels.length === 0).map(({ text }) => text)).size - taken.waiting;
    const importId = taken.isFirst ? await this.importRows(tenantId, projectId, dataSetId, texts) : null;
    return { waiting: taken.waiting, labelled: labelled.length, known, importId };
  }

  /** @returns how many waited or were skipped, and do so no more */
  removeOpen(tenantId: string, projectId: string, dataSetId: string): Promise<void> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { id } = await this.labels.require(transaction, projectId, dataSetId);
      const removed = await this.repository.removeOpen(transaction, id);
      await audit(transaction, tenantId, 'data_set.texts_removed', id, { before: { projectId, texts: removed } });
    });
  }

  /** All rows with their labels, as training reads them, then the texts that wait. */
  async export(
    tenantId: string,
    projectId: string,
    dataSetId: string,
    { format }: ExportTextsQuery,
  ): Promise<Readable> {
    const dataSet = await this.database.tenant(tenantId, async (transaction) => {
      const found = await this.labels.require(transaction, projectId, dataSetId);
      await audit(transaction, tenantId, 'data_set.texts_exported', found.id, { after: { projectId, format } });
      return found;
    });
    return Readable.from(WRITERS[format](this.rows(tenantId, dataSet)));
  }

  private async queue(transaction: Transaction, tenantId: string, dataSetId: string, texts: readonly LabelledText[]) {
    const labelled = new Set(texts.filter(({ labels }) => labels.length > 0).map(({ text }) => text));
    await this.repository.removeAnswered(transaction, dataSetId, [...labelled]);
    const open = [...new Set(texts.filter(({ labels }) => labels.length === 0).map(({ text }) => text))];
    const added = await this.repository.add(
      transaction,
      tenantId,
      dataSetId,
      open.filter((text) => !labelled.has(text)),
    );
    const { waiting, skipped } = await this.repository.count(transaction, dataSetId, NIL_ID);
    if (waiting + skipped > BOUNDS.textsToLabel.most) throw tooManyTextsToLabel(BOUNDS.textsToLabel.most);
    return added;
  }

  private async addRows(transaction: Transaction, tenantId: string, dataSet: DataSet, texts: readonly LabelledText[]) {
    if (texts.length === 0) return;
    const { projectId } = dataSet;
    const id = newId();
    const left = await this.limits.unitsLeft(transaction, { tenantId, projectId }, METER);
    if (texts.length > left) throw noUnitsForTexts(texts.length, left, METER);
    const rows = texts.map(({ text, labels }, place) => ({
      origin: `file/${id}/${place}`,
      row: { text, label: labels.join(LABEL_SEPARATOR) },
    }));
    await this.dataSets.addRows(transaction, tenantId, dataSet, rows);
    const work = { id, tenantId, projectId, occurredAt: this.clock.now().toISOString() };
    await this.usage.recordIn(transaction, { ...work, meter: METER, quantity: rows.length });
  }

  private importRows(tenantId: string, projectId: string, dataSetId: string, texts: readonly LabelledText[]) {
    const lines = texts.map(
      ({ text, labels }) => `${JSON.stringify({ text, label: labels.length > 0 ? labels : null })}\n`,
    );
    return this.dataSets.upload(
      tenantId,
      projectId,
      dataSetId,
      Readable.from(lines.map((line) => Buffer.from(line))),
      {},
      { bytes: 1, digest: null },
    );
  }

  private async *rows(tenantId: string, dataSet: DataSet): AsyncGenerator<WrittenText> {
    const corrected = new Map<string, string>();
    for await (const { text, label } of this.addedRows.list(tenantId, dataSet.id, newId()))
      if (label) corrected.set(String(text), String(label));
    const written = new Set<string>();
    const { currentImport } = dataSet;
    const content =
      currentImport &&
      (await this.database.tenant(tenantId, (transaction) => this.dataSets.findContent(transaction, currentImport.id)));
    for (let place = 0; content && place < content.rows; place += PAGE) {
      const page = await this.contents.look(tenantId, [content.contentKey], (connection, [table]) =>
        rowsOf(connection, `SELECT text, label FROM ${table} LIMIT ${PAGE} OFFSET ${place}`),
      );
      for (const row of page) {
        const text = String(row['text']);
        if (corrected.has(text)) continue;
        const cell = row['label'];
        if (cell === null) written.add(text);
        yield { text, labels: cell === null ? [] : splitLabels(String(cell)) };
      }
    }
    for (const [text, label] of corrected) yield { text, labels: splitLabels(label) };
    for (let after = NIL_ID; ;) {
      const page = await this.database.tenant(tenantId, (transaction) =>
        this.repository.listWaiting(transaction, dataSet.id, after, PAGE),
      );
      for (const { text } of page) if (!written.has(text) && !corrected.has(text)) yield { text, labels: [] };
      if (page.length < PAGE) return;
      after = page.at(-1)!.id;
    }
  }
}

async function readWhole(content: Readable): Promise<Buffer> {
  const { most } = BOUNDS.labelFileBytes;
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of content as AsyncIterable<Buffer>) {
    bytes += piece.byteLength;
    if (bytes > most) throw labelFileTooLarge(most);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

/** @throws Problem 400: one row with two labels would make the next version one that gives several */
function refuseSeveral(texts: readonly LabelledText[]): void {
  const errors = texts
    .filter(({ labels }) => labels.length > 1)
    .map(({ where, labels }) => ({
      path: where,
      message: `has ${labels.length} labels, and every row of this data set has one`,
    }));
  if (errors.length > 0) throw badLabelFile(errors);
}
