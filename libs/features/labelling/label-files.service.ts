import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { LABEL_SEPARATOR, splitLabels } from '../../models/kinds/kind.js';
import { audit } from '../../platform/audit/audit.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { newId, NIL_ID } from '../../platform/http/ids.js';
import { Turns } from '../../platform/queue/turns.js';
import { AddedRows, ContentTables, type DataSet, DataSetsService, NewImports, rowsOf } from '../data-sets/index.js';
import { LimitsService } from '../limits/index.js';
import { tooManyCalls } from '../serving/index.js';
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
  /** One file of an organization at a time: each is held whole. */
  private readonly files = new Turns(BOUNDS.longCallsWaiting.most, tooManyCalls);

  constructor(
    private readonly database: Database,
    private readonly repository: LabellingRepository,
    private readonly labels: DataSetLabels,
    private readonly dataSets: DataSetsService,
    private readonly newImports: NewImports,
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
   * @throws Problem 400 with where and what is wrong, 402 or 429 where quotas leave no room or too many files wait, 409 where too many would wait, 413
   */
  add(
    tenantId: string,
    projectId: string,
    dataSetId: string,
    content: Readable,
    query: ImportTextsQuery,
  ): Promise<ImportedTexts> {
    return this.files.run(tenantId, () => this.addFile(tenantId, projectId, dataSetId, content, query));
  }

  private async addFile(
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
    // Whether the data set is still without rows is known under the lock alone.
    const first = await this.storeWhereFirst(tenantId, projectId, dataSetId, texts);
    let isFirst = false;
    try {
      const { waiting, added } = await this.database.tenant(tenantId, async (transaction) => {
        await this.repository.lock(transaction, dataSetId);
        const dataSet = await this.labels.require(transaction, projectId, dataSetId);
        isFirst = first !== null && hasNoRows(dataSet);
        if (isFirst) await this.newImports.queue(transaction, tenantId, dataSet, first!, {});
        const rows = isFirst ? labelled.length : await this.addRows(transaction, tenantId, dataSet, labelled);
        const queued = await this.queue(transaction, tenantId, dataSet.id, texts);
        const after = { projectId, format, waiting: queued, labelled: rows };
        await audit(transaction, tenantId, 'data_set.texts_imported', dataSet.id, { after });
        return { waiting: queued, added: rows };
      });
      const open = new Set(texts.filter(({ labels }) => labels.length === 0).map(({ text }) => text));
      const importId = isFirst ? first!.id : null;
      const known = open.size - waiting + labelled.length - added;
      return { waiting, labelled: added, known, importId };
    } catch (error) {
      isFirst = false;
      throw error;
    } finally {
      if (first && !isFirst) await this.newImports.discard(first);
    }
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
    if (texts.length === 0) return 0;
    const { projectId } = dataSet;
    // One a text, so that a file that comes again adds nothing.
    const rows = new Map(
      texts.map(({ text, labels }) => [
        `file/${createHash('sha256').update(text).digest('hex')}`,
        { text, label: labels.join(LABEL_SEPARATOR) },
      ]),
    );
    const quantity = await this.dataSets.addRows(transaction, tenantId, dataSet, rows);
    const left = await this.limits.unitsLeft(transaction, { tenantId, projectId }, METER);
    if (quantity > left) throw noUnitsForTexts(quantity, left, METER);
    const work = { id: newId(), tenantId, projectId, occurredAt: this.clock.now().toISOString() };
    if (quantity > 0) await this.usage.recordIn(transaction, { ...work, meter: METER, quantity });
    return quantity;
  }

  /** The texts as a file of ours, where they are likely to be the first rows of the data set. */
  private async storeWhereFirst(
    tenantId: string,
    projectId: string,
    dataSetId: string,
    texts: readonly LabelledText[],
  ) {
    if (!hasNoRows(await this.dataSets.get(tenantId, projectId, dataSetId))) return null;
    const lines = texts.map(
      ({ text, labels }) => `${JSON.stringify({ text, label: labels.length > 0 ? labels : null })}\n`,
    );
    return this.newImports.store(tenantId, Readable.from([Buffer.from(lines.join(''))]));
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

/** Neither has it any, nor are any on their way. */
const hasNoRows = ({ currentImport, latestImport }: DataSet) =>
  !currentImport && latestImport?.status !== 'queued' && latestImport?.status !== 'running';

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
