import type { DuckDBConnection } from '@duckdb/node-api';
import { Inject, Injectable } from '@nestjs/common';
import { BOUNDS } from '../../platform/bounds.js';
import { Problem } from '../../platform/errors/problem.js';
import { OBJECT_STORE, type ObjectStore } from '../../platform/object-store/object-store.js';
import { Turns } from '../../platform/queue/turns.js';
import { isOutOfMemory, quoteText, withTables } from '../../platform/tables/tables.js';

const MEMORY_BYTES = 256e6;
const LOOK_MS = 20_000;

/**
 * Reads imported content while a call waits. DuckDB works on a thread of its own, within a bound of memory and of time, so that the process
 * answers others meanwhile; one reading goes after another, so that the bound is the process's.
 *
 * The data set itself is read rather than what a model keeps of it, as a model knows neither when something was done nor by which event.
 */
@Injectable()
export class ContentTables {
  private last: Promise<unknown> = Promise.resolve();
  private readonly turns = new Turns(BOUNDS.readingsWaiting.most, tooManyReadings);

  constructor(@Inject(OBJECT_STORE) private readonly objects: ObjectStore) {}

  /**
   * As {@link read}, for whoever looks into a data set: one look of an organization after another.
   *
   * @param prepare writes further files that may be read, whose paths it returns; others read meanwhile, and it has as much time again
   * @throws Problem 429 where too many of the organization wait already
   */
  look<T>(
    tenantId: string,
    contentKeys: string[],
    work: (connection: DuckDBConnection, tables: string[], scratch: string) => Promise<T>,
    prepare: (signal: AbortSignal) => Promise<string[]> = async () => [],
  ): Promise<T> {
    return this.turn(tenantId, async () => {
      const signal = AbortSignal.timeout(LOOK_MS);
      const files = await prepare(signal).catch((error: unknown) => {
        throw signal.aborted ? tooMuchToRead(LOOK_MS) : error;
      });
      return this.read(contentKeys, work, LOOK_MS, files);
    });
  }

  /**
   * Looks into a data set by other ways, after the earlier looks of the organization.
   *
   * @throws Problem 429 where too many of the organization wait already
   */
  turn<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    return this.turns.run(tenantId, work);
  }

  /**
   * Runs `work` with the contents' rows, each as SQL of a table, and a folder for what it writes; it can read nothing else.
   *
   * @param files that may be read too
   * @throws Problem 503 where the rows are too many for the bounds
   */
  read<T>(
    contentKeys: string[],
    work: (connection: DuckDBConnection, tables: string[], scratch: string) => Promise<T>,
    timeMs = LOOK_MS,
    files: string[] = [],
  ): Promise<T> {
    const reading = this.last.then(() => this.readNow(contentKeys, work, timeMs, files));
    this.last = reading.catch(() => {});
    return reading;
  }

  private async readNow<T>(
    contentKeys: string[],
    work: (connection: DuckDBConnection, tables: string[], scratch: string) => Promise<T>,
    timeMs: number,
    further: string[],
  ): Promise<T> {
    const opened = await Promise.allSettled(contentKeys.map((key) => this.objects.open(key)));
    const files = opened.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    try {
      const failed = opened.find((each) => each.status === 'rejected');
      if (failed) throw failed.reason;
      const paths = files.map(({ path }) => path);
      const options = { memoryBytes: MEMORY_BYTES, threads: 1 };
      return await withTables([...paths, ...further], options, async (connection, scratch) => {
        const timer = setTimeout(() => connection.interrupt(), timeMs);
        try {
          const tables = paths.map((path) => `read_parquet(${quoteText(path)})`);
          return await work(connection, tables, scratch);
        } catch (error) {
          throw isBound(error as Error) ? tooMuchToRead(timeMs) : error;
        } finally {
          clearTimeout(timer);
        }
      });
    } finally {
      await Promise.all(files.map((file) => file.release()));
    }
  }
}

/** The same table with the place of each row, from 0, in the column `file_row_number`. */
export function withPlaces(table: string): string {
  return table.replace(/\)$/, ', file_row_number = true)');
}

/** What a query gives, as JSON has it. */
export async function rowsOf(connection: DuckDBConnection, sql: string): Promise<Record<string, unknown>[]> {
  return (await connection.runAndReadAll(sql)).getRowObjectsJson() as Record<string, unknown>[];
}

function isBound(error: Error): boolean {
  return isOutOfMemory(error) || /^INTERRUPT/i.test(error.message);
}

const TOO_MUCH = 'too_much_to_read';

export const isTooMuchToRead = (error: unknown) => error instanceof Problem && error.code === TOO_MUCH;

const tooMuchToRead = (timeMs: number) =>
  new Problem(
    503,
    TOO_MUCH,
    `The data set is too large to be read while you wait: it took more than ${timeMs / 1_000} s or ${MEMORY_BYTES / 1e6} MB. Its models are not affected. Try again later.`,
    { headers: { 'retry-after': '60' } },
  );

function tooManyReadings(most: number) {
  return new Problem(
    429,
    'too_many_readings',
    `${most} looks of your organization into its data sets wait for earlier ones already: send the next when some are answered.`,
    { headers: { 'retry-after': '1' } },
  );
}
