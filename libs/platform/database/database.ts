import net from 'node:net';
import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import { CONFIG, type Config } from '../config/config.js';
import { Prisma, PrismaClient } from './generated/client.js';
import { refuseOldServer, SERVER_VERSION_SQL } from './server-version.js';

export type Transaction = Prisma.TransactionClient;

/** Plain SQL in a transaction; arrays are given as Postgres writes them, such as `{1,2}`. */
export interface Sql {
  rows<R>(text: string, values?: unknown[]): Promise<R[]>;
  /** How many rows it wrote. */
  run(text: string, values?: unknown[]): Promise<number>;
}

/** Plain SQL in a transaction of Prisma's. */
export function sqlOf(transaction: Transaction): Sql {
  return {
    rows: (text, values = []) => transaction.$queryRawUnsafe(text, ...values),
    run: (text, values = []) => transaction.$executeRawUnsafe(text, ...values),
  };
}

/** For the way there and back, on top of what Postgres itself may take. */
const NETWORK_SECONDS = 5;

const CONNECT_MS = 10_000;
const AS_SYSTEM = 'SET LOCAL ROLE kindred_system';

/** What is to be done last in transactions that are open. */
const endings = new WeakMap<Transaction, (() => Promise<void>)[]>();

/** Does it as the last of the transaction, whose failure it then is: for what locks what many others wait for. */
export function beforeCommit(transaction: Transaction, work: () => Promise<void>): void {
  const works = endings.get(transaction);
  if (works) works.push(work);
  else endings.set(transaction, [work]);
}

async function end<T>(transaction: Transaction, result: T): Promise<T> {
  for (const work of endings.get(transaction) ?? []) await work();
  return result;
}

const TRANSACTION = { maxWait: 10_000, timeout: 30_000 };

/**
 * The only door to Postgres. Every statement runs in a transaction that is bound either to one tenant, whose rows are
 * then the only ones it can see or write, or to the system role.
 */
@Injectable()
export class Database implements OnModuleInit, OnApplicationShutdown {
  /** Beneath Prisma, and for the few hot paths that speak SQL themselves. */
  private readonly pool: pg.Pool;
  private readonly prisma: PrismaClient;

  constructor(@Inject(CONFIG) private readonly config: Config) {
    this.pool = new pg.Pool({
      connectionString: config.DATABASE_URL,
      max: config.KINDRED_DATABASE_CONNECTIONS,
      connectionTimeoutMillis: CONNECT_MS,
      stream: () => socketThatGivesUp(config),
      statement_timeout: 1_000 * config.KINDRED_STATEMENT_SECONDS,
      lock_timeout: 1_000 * config.KINDRED_LOCK_SECONDS,
      idle_in_transaction_session_timeout: 1_000 * config.KINDRED_IDLE_TRANSACTION_SECONDS,
    });
    // A broken idle connection is replaced when next needed; unhandled, its event would end the process.
    this.pool.on('error', () => {});
    // Nor may one that breaks between two statements of a transaction: the next statement tells.
    this.pool.on('connect', (client) => void client.on('error', () => {}));
    this.prisma = new PrismaClient({ adapter: new PrismaPg(this.pool) });
  }

  /** Refuses to serve from a server, or with a login, that row-level security would not bind. */
  async onModuleInit(): Promise<void> {
    // Asked here too, as a server may be another than the one that was migrated.
    refuseOldServer((await this.pool.query<{ version: number }>(SERVER_VERSION_SQL)).rows[0]!.version);
    const { rows } = await this.pool.query<{ name: string; is_free: boolean }>(
      `SELECT current_user AS name, rolsuper OR rolbypassrls OR EXISTS (
         SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relowner = pg_roles.oid) AS is_free
       FROM pg_roles WHERE rolname = current_user`,
    );
    if (rows[0]?.is_free) {
      throw new Error(
        `The database login ${rows[0].name} owns tables or bypasses row-level security: connect as kindred_app.`,
      );
    }
  }

  /** Runs `work` in one transaction that sees and writes the rows of `tenantId` alone. */
  tenant<T>(tenantId: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.prisma.$transaction(async (transaction) => {
      await transaction.$executeRaw`SELECT set_config('app.tenant_id', ${tenantId}, true)`;
      return end(transaction, await work(transaction));
    }, TRANSACTION);
  }

  /** Runs `work` in one transaction above all tenants: for signing in, sweeping and the operator, never for a tenant's request. */
  system<T>(work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.prisma.$transaction(async (transaction) => {
      await transaction.$executeRaw`SET LOCAL ROLE kindred_system`;
      return end(transaction, await work(transaction));
    }, TRANSACTION);
  }

  /** Plain SQL above all tenants in one transaction: for the few paths that are too busy for Prisma. */
  systemSql<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.sql(AS_SYSTEM, work);
  }

  /** Plain SQL above all tenants in one transaction that may take longer than any call, on a connection of its own. */
  async longSystemSql<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const client = new pg.Client({
      connectionString: this.config.DATABASE_URL,
      keepAlive: true,
      connectionTimeoutMillis: CONNECT_MS,
    });
    // The statement that it breaks tells.
    client.on('error', () => {});
    await client.connect();
    try {
      return await inTransaction(client, AS_SYSTEM, work);
    } finally {
      await client.end();
    }
  }

  /** Plain SQL in one transaction that sees and writes the rows of `tenantId` alone: for the few paths that are too busy for Prisma. */
  tenantSql<T>(tenantId: string, work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.sql(`SET LOCAL app.tenant_id = ${pg.escapeLiteral(tenantId)}`, work);
  }

  private async sql<T>(bind: string, work: (sql: Sql) => Promise<T>): Promise<T> {
    const client = await this.pool.connect();
    let failure: Error | undefined;
    try {
      return await inTransaction(client, bind, work);
    } catch (error) {
      failure = error as Error;
      // Not where the connection itself is broken: nothing would answer.
      if (error instanceof pg.DatabaseError) await client.query('ROLLBACK').catch(() => {});
      throw error;
    } finally {
      // A connection that failed in mid-transaction is thrown away rather than given to another tenant.
      client.release(failure);
    }
  }

  /** Whether Postgres answers. */
  async isReady(): Promise<boolean> {
    return this.pool.query('SELECT 1').then(
      () => true,
      () => false,
    );
  }

  async onApplicationShutdown(): Promise<void> {
    await this.prisma.$disconnect();
    await this.pool.end();
  }
}

async function inTransaction<T>(client: pg.ClientBase, bind: string, work: (sql: Sql) => Promise<T>): Promise<T> {
  await client.query(`BEGIN; ${bind}`);
  const result = await work({
    rows: async (text, values) => (await client.query(text, values)).rows,
    run: async (text, values) => (await client.query(text, values)).rowCount ?? 0,
  });
  await client.query('COMMIT');
  return result;
}

/**
 * A connection that is silent for longer than Postgres lets any statement or transaction be is broken, although nobody said so:
 * after some cuts of the network TCP waits for minutes before it tries again.
 */
function socketThatGivesUp(config: Config): net.Socket {
  const seconds = Math.max(config.KINDRED_STATEMENT_SECONDS, config.KINDRED_IDLE_TRANSACTION_SECONDS) + NETWORK_SECONDS;
  const error = Object.assign(new Error(`Postgres has not been heard of for ${seconds} s.`), { code: 'ETIMEDOUT' });
  const socket = new net.Socket();
  return socket.setTimeout(1_000 * seconds, () => socket.destroy(error));
}
