import { Injectable } from '@nestjs/common';
import { findKind } from '../../models/kinds/kinds.js';
import { audit } from '../../platform/audit/audit.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { parseRequest } from '../../platform/http/validation.pipe.js';
import { foldName, quoteName, quoteText } from '../../platform/tables/tables.js';
import { ContentTables, rowsOf } from './content-tables.js';
import { beingErased, hasNoIds, noAttribute, tooManyAddedRows } from './data-sets.errors.js';
import { DataSetsRepository } from './data-sets.repository.js';
import type { DataSet } from './data-sets.schema.js';
import { DataSetsService } from './data-sets.service.js';
import { type SentRow, SingleRowsRepository } from './single-rows.repository.js';
import {
  attributesSchema,
  oneOfRowsSchema,
  type PatchRow,
  type PutRow,
  type PutRows,
  type PutRowsAnswer,
  rowIdSchema,
  type SingleRow,
} from './single-rows.schema.js';

const IS_ID = 'is the column of the id, which is said beside the attributes';

interface Place {
  projectId: string;
  dataSetId: string;
}

/** Describes items and users one by one, next to the rows of a data set's file, which stand in for those of the same id. */
@Injectable()
export class SingleRowsService {
  constructor(
    private readonly database: Database,
    private readonly repository: SingleRowsRepository,
    private readonly contents: ContentTables,
    private readonly dataSets: DataSetsService,
    private readonly dataSetsRepository: DataSetsRepository,
  ) {}

  /** @throws Problem 409 where the rows would be too many, or are told apart by no id */
  putMany(tenantId: string, place: Place, { rows }: PutRows): Promise<PutRowsAnswer> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { dataSet, erased, identity } = await this.require(transaction, tenantId, place);
      const kept = new Map<string, SentRow>();
      const results = rows.map((row): PutRowsAnswer['results'][number] => {
        const parsed = oneOfRowsSchema.safeParse(row);
        if (!parsed.success) return { status: 'rejected', error: wordsOf(parsed.error.issues[0]!) };
        if (erased.has(parsed.data.id)) return { status: 'rejected', error: 'this user is being erased' };
        const wrong = nameOfColumn(parsed.data.attributes, identity);
        if (wrong) return { status: 'rejected', error: wordsOf({ path: ['attributes', wrong], message: IS_ID }) };
        // Of two of one id the later counts.
        kept.set(parsed.data.id, parsed.data);
        return { status: 'accepted' };
      });
      if (kept.size > 0) await this.keep(transaction, tenantId, dataSet, [...kept.values()]);
      return { accepted: results.filter(({ status }) => status === 'accepted').length, results };
    });
  }

  put(tenantId: string, place: Place, rowId: string, { attributes }: PutRow): Promise<SingleRow> {
    const id = parseRequest(rowIdSchema, rowId);
    return this.database.tenant(tenantId, async (transaction) => {
      const { dataSet, erased, identity } = await this.require(transaction, tenantId, place);
      const wrong = nameOfColumn(attributes, identity);
      if (wrong) throw noAttribute(wrong, IS_ID);
      if (erased.has(id)) throw beingErased();
      await this.repository.lock(transaction, dataSet.id, id);
      await this.keep(transaction, tenantId, dataSet, [{ id, attributes }]);
      return { id, attributes };
    });
  }

  /** @throws Problem 404 where the data set has no such row */
  async patch(tenantId: string, place: Place, rowId: string, { attributes: changes }: PatchRow): Promise<SingleRow> {
    const id = parseRequest(rowIdSchema, rowId);
    const ofFile = await this.findInFile(tenantId, place, id);
    return this.database.tenant(tenantId, async (transaction) => {
      const { dataSet, erased, identity } = await this.require(transaction, tenantId, place);
      if (erased.has(id)) throw beingErased();
      await this.repository.lock(transaction, dataSet.id, id);
      const sent = await this.repository.find(transaction, dataSet.id, id);
      const before = sent ? sent.attributes : ofFile;
      if (!before) throw notFound('row', id);
      const changed = new Set(Object.keys(changes).map(foldName));
      const kept = Object.entries(before).filter(([name]) => !changed.has(foldName(name)));
      const said = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== null));
      const wrong = nameOfColumn(said, identity);
      if (wrong) throw noAttribute(wrong, IS_ID);
      const attributes = parseRequest(attributesSchema, { ...Object.fromEntries(kept), ...said });
      await this.keep(transaction, tenantId, dataSet, [{ id, attributes }]);
      return { id, attributes };
    });
  }

  /** Leaves a row out from now on. Of what is not there nothing is written down, as it may be a person who was erased. */
  async delete(tenantId: string, place: Place, rowId: string): Promise<void> {
    const id = parseRequest(rowIdSchema, rowId);
    const ofFile = await this.findInFile(tenantId, place, id);
    await this.database.tenant(tenantId, async (transaction) => {
      const { dataSet, erased } = await this.require(transaction, tenantId, place);
      if (erased.has(id)) return;
      await this.repository.lock(transaction, dataSet.id, id);
      const sent = await this.repository.find(transaction, dataSet.id, id);
      if (sent ? sent.attributes === null : ofFile === null) return;
      await this.requireRoom(transaction, dataSet.id, [id]);
      await this.repository.put(transaction, tenantId, dataSet.id, [{ id, attributes: null }]);
      await audit(transaction, tenantId, 'data_set.row_deleted', dataSet.id);
    });
  }

  /** Whose row it is the audit log does not say: it may be a person. */
  private async keep(transaction: Transaction, tenantId: string, dataSet: DataSet, rows: SentRow[]): Promise<void> {
    await this.requireRoom(
      transaction,
      dataSet.id,
      rows.map(({ id }) => id),
    );
    await this.repository.put(transaction, tenantId, dataSet.id, rows);
    await audit(transaction, tenantId, 'data_set.row_added', dataSet.id, { after: { rows: rows.length } });
  }

  private async requireRoom(transaction: Transaction, dataSetId: string, ids: string[]): Promise<void> {
    const { most } = BOUNDS.addedRows;
    if ((await this.repository.countOthers(transaction, dataSetId, ids)) + ids.length > most)
      throw tooManyAddedRows(most);
  }

  private async require(transaction: Transaction, tenantId: string, { projectId, dataSetId }: Place) {
    const dataSet = await this.dataSets.require(transaction, projectId, dataSetId);
    const kind = findKind(dataSet.kind);
    if (!kind?.identity) throw hasNoIds(dataSet.kind);
    const isOfPeople = kind.identity === kind.person;
    const erased = isOfPeople ? await this.dataSetsRepository.findErasedUsers(transaction, tenantId, projectId) : [];
    return { dataSet, identity: kind.identity, erased: new Set(erased) };
  }

  /** What the file says of it; null where it says nothing. */
  private async findInFile(tenantId: string, place: Place, id: string): Promise<Record<string, string> | null> {
    const { content, identity } = await this.database.tenant(tenantId, async (transaction) => {
      const { dataSet, identity: column } = await this.require(transaction, tenantId, place);
      const current = dataSet.currentImport;
      return {
        identity: column,
        content: current && (await this.dataSets.findContent(transaction, current.id)),
      };
    });
    if (!content) return null;
    const [row] = await this.contents.look(tenantId, [content.contentKey], (connection, [table]) =>
      rowsOf(connection, `SELECT * FROM ${table} WHERE ${quoteName(identity)} = ${quoteText(id)} LIMIT 1`),
    );
    if (!row) return null;
    const { [identity]: _, ...attributes } = row;
    const known = Object.entries(attributes).flatMap(([name, value]) =>
      value === null ? [] : [[name, String(value)]],
    );
    return Object.fromEntries(known) as Record<string, string>;
  }
}

/** The name, in whichever case, that is the id's. */
function nameOfColumn(attributes: object, identity: string): string | undefined {
  return Object.keys(attributes).find((name) => foldName(name) === identity);
}

/** In the words of a rejected row. */
function wordsOf({ path, message }: { path: PropertyKey[]; message: string }): string {
  return path.length > 0 ? `${path.join('.')}: ${message}` : message;
}
