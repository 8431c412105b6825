import { Inject, Injectable } from '@nestjs/common';
import { type KindKey, kinds } from '../../models/kinds/kinds.js';
import { audit } from '../../platform/audit/audit.js';
import { BOUNDS } from '../../platform/bounds.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, sqlOf, type Transaction } from '../../platform/database/database.js';
import { notFound, Problem } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { type PageQuery, toPage } from '../../platform/http/page.js';
import { Turns } from '../../platform/queue/turns.js';
import { quoteName, quoteText } from '../../platform/tables/tables.js';
import {
  ContentTables,
  DataSetsService,
  LiveInteractionsRepository,
  type LiveRowOfUser,
  rowsOf,
  SingleRowsRepository,
} from '../data-sets/index.js';
import { ProjectsService } from '../projects/index.js';
import { type EndUser, type Erasure, userIdSchema } from './end-users.schema.js';
import { ErasuresRepository } from './erasures.repository.js';
import { hashUser } from './user-hash.js';
import { UserMergesRepository } from './user-merges.repository.js';

/** Of an export, over all data sets; their JSON stays below an answer's bound for rows of usual length. */
const ROWS_MAX = 2_000;
/** A person has a right to it, so it may take longer than a look does. */
const EXPORT_MS = 600_000;

/** What a customer does with the data of one of their own users. */
@Injectable()
export class EndUsersService {
  /** One export of an organization at a time: each reads whole data sets. */
  private readonly exports = new Turns(0, exportUnderWay);

  constructor(
    private readonly database: Database,
    private readonly repository: ErasuresRepository,
    private readonly merges: UserMergesRepository,
    private readonly projects: ProjectsService,
    private readonly dataSets: DataSetsService,
    private readonly contents: ContentTables,
    private readonly live: LiveInteractionsRepository,
    private readonly single: SingleRowsRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Asks for a person to be erased, by all of their names; who is being erased already is so once. */
  erase(tenantId: string, projectId: string, userId: string): Promise<Erasure> {
    const user = parseUserId(userId);
    return this.database.tenant(tenantId, async (transaction) => {
      const project = await this.projects.require(transaction, projectId);
      // Nobody else becomes them meanwhile.
      await this.merges.lock(transaction, project.id);
      const names = await this.merges.findNames(sqlOf(transaction), tenantId, project.id, user);
      for (const name of names) if (name !== user) await this.eraseName(transaction, tenantId, project.id, name);
      return this.eraseName(transaction, tenantId, project.id, user);
    });
  }

  private async eraseName(transaction: Transaction, tenantId: string, projectId: string, userId: string) {
    const userHash = hashUser(this.config.KINDRED_SECRET, projectId, userId);
    const pending = await this.repository.findPending(transaction, projectId, userHash);
    if (pending) return pending;
    const { most } = BOUNDS.pendingErasures;
    if ((await this.repository.countPending(transaction)) >= most) throw tooManyErasures(most);
    const erasure = await this.repository.create(transaction, { tenantId, id: newId(), projectId, userId, userHash });
    await audit(transaction, tenantId, 'erasure.created', erasure.id, { after: { projectId } });
    return erasure;
  }

  async export(tenantId: string, projectId: string, userId: string): Promise<EndUser> {
    const user = parseUserId(userId);
    const { names, contents, live, sent } = await this.database.tenant(tenantId, async (transaction) => {
      const project = await this.projects.require(transaction, projectId);
      // Of whom it was, nothing: that is the customer's own user.
      await audit(transaction, tenantId, 'project.user_exported', project.id);
      const all = await this.merges.findNames(sqlOf(transaction), tenantId, project.id, user);
      return {
        names: all,
        contents: await this.dataSets.listContentsOfPeople(transaction, project.id),
        live: await this.live.listOfUsers(sqlOf(transaction), tenantId, project.id, all, ROWS_MAX + 1),
        sent: await this.single.listOfUsers(sqlOf(transaction), tenantId, project.id, all),
      };
    });
    return this.exports.run(tenantId, async () =>
      withLive(withSent(await this.read(contents, user, names), sent), live),
    );
  }

  list(tenantId: string, projectId: string, query: PageQuery) {
    return this.database.tenant(tenantId, async (transaction) => {
      const project = await this.projects.require(transaction, projectId);
      return toPage(await this.repository.list(transaction, project.id, query), query);
    });
  }

  get(tenantId: string, projectId: string, erasureId: string): Promise<Erasure> {
    return this.database.tenant(tenantId, async (transaction) => {
      const project = await this.projects.require(transaction, projectId);
      const erasure = await this.repository.find(transaction, project.id, parseId('erasure', erasureId));
      if (!erasure) throw notFound('erasure', erasureId);
      return erasure;
    });
  }

  private async read(
    contents: { dataSetId: string; name: string; kind: KindKey; contentKey: string }[],
    userId: string,
    names: readonly string[],
  ): Promise<EndUser> {
    const found: EndUser = { userId, dataSets: [], isComplete: true };
    let left = ROWS_MAX;
    for (const { contentKey, ...dataSet } of contents) {
      const rowsIn = (table: string) =>
        `SELECT * FROM ${table} WHERE ${quoteName(kinds[dataSet.kind].person!)} IN (${names.map(quoteText).join(', ')}) LIMIT ${left + 1}`;
      const rows = await this.contents.read(
        [contentKey],
        (connection, [table]) => rowsOf(connection, rowsIn(table!)),
        EXPORT_MS,
      );
      if (rows.length > left) found.isComplete = false;
      const kept = rows.slice(0, left);
      left -= kept.length;
      if (kept.length > 0) found.dataSets.push({ ...dataSet, rows: kept });
    }
    return found;
  }
}

/** With the rows that were sent by themselves, in the place of the file's. */
function withSent(found: EndUser, sent: Awaited<ReturnType<SingleRowsRepository['listOfUsers']>>): EndUser {
  for (const { id, attributes, dataSetId, name, kind } of sent) {
    const column = kinds[kind as KindKey].identity!;
    const row = attributes ? [{ [column]: id, ...attributes }] : [];
    const dataSet = found.dataSets.find((each) => each.dataSetId === dataSetId);
    if (dataSet) dataSet.rows = [...dataSet.rows.filter((each) => each[column] !== id), ...row];
    else if (attributes) found.dataSets.push({ dataSetId, name, kind, rows: row });
  }
  return found;
}

/** With the events, each under its data set, as far as there is room. */
function withLive(found: EndUser, live: readonly LiveRowOfUser[]): EndUser {
  let left = ROWS_MAX - found.dataSets.reduce((sum, { rows }) => sum + rows.length, 0);
  for (const { row, ...of } of live) {
    if (left-- <= 0) return { ...found, isComplete: false };
    const dataSet = found.dataSets.find(({ dataSetId }) => dataSetId === of.dataSetId);
    if (dataSet) dataSet.rows.push(row);
    else found.dataSets.push({ ...of, rows: [row] });
  }
  return found;
}

const tooManyErasures = (most: number) =>
  new Problem(
    429,
    'too_many_erasures',
    `An organization has at most ${most} erasures under way: ask again when some of them are completed.`,
  );

function exportUnderWay() {
  return new Problem(
    429,
    'export_under_way',
    "Your organization is already exporting another person's data: try again when that is done.",
  );
}

/** @throws Problem 400 for what no row can hold */
export function parseUserId(userId: string): string {
  const parsed = userIdSchema.safeParse(userId);
  if (parsed.success) return parsed.data;
  throw new Problem(400, 'invalid_request', `userId: ${parsed.error.issues[0]!.message}`);
}
