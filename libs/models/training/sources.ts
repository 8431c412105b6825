/**
 * The data sets of a job, each a table named by its role, on an engine of the caller's that speaks DuckDB's SQL. A family reads
 * its input through them, so that it knows neither files nor where they lie.
 */
export interface Sources {
  /** Whether the job has a data set in that role. */
  has(role: string): boolean;
  /** Carries out a statement, such as one that makes a temporary table. */
  run(sql: string): Promise<void>;
  /** The result in pieces of some thousands of rows, each an array of columns, so that it never stands in memory whole. */
  read(sql: string): AsyncIterable<readonly (readonly unknown[])[]>;
  /** As `read`, of numbers alone of which none is NULL: millions of them without making a value of each. A piece is good until the next one is asked for. */
  readNumbers(sql: string): AsyncIterable<readonly NumberColumn[]>;
}

/** Of UINTEGER, FLOAT or DOUBLE. */
export type NumberColumn = Uint32Array | Float32Array | Float64Array;
