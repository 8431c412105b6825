/**
 * What a cell must hold, and what it becomes: trimmed text of 1 to 256 characters; text of as many; text as long as people write it; labels
 * with | between them, which become {@link splitLabels}'s; a finite number; Unix seconds.
 */
export type ColumnType = 'id' | 'text' | 'passage' | 'labels' | 'number' | 'time';

/** What an imported cell is in SQL. */
export function sqlType(type: ColumnType): string {
  return type === 'number' || type === 'time' ? 'DOUBLE' : 'VARCHAR';
}

/** What stands between several labels of a cell, so that no label holds it. */
export const LABEL_SEPARATOR = '|';

/** The labels of an imported cell: each once, in the order of their code points. */
export function splitLabels(cell: string): string[] {
  return cell.split(LABEL_SEPARATOR);
}

/** A column that a kind of data knows. */
export interface Column {
  type: ColumnType;
  /** Headers that are understood without a mapping. */
  spellings: readonly [string, ...string[]];
  /**
   * Further headers that a screen guesses it by, whatever their case and punctuation. They are never taken without being asked, as a column
   * of that name may hold something else.
   */
  guesses?: readonly string[];
  /** What it holds, for customers: goes on "the column that holds …". */
  meaning: string;
  isRequired?: true;
  /** Its values are few, by which rows are told apart; the rows of those beyond the platform's bound are rejected. */
  isCategory?: true;
  /** The only values that it may have, whatever their case. */
  values?: readonly [string, ...string[]];
}

/** A figure of imported rows. */
export interface Statistic {
  /** Over the table `accepted`, which has the kind's columns; null where the rows say nothing. */
  sql: string;
  /** `count`: rows of some sort; `share`: 0..1; `time`: Unix seconds, shown as ISO 8601. */
  type: 'count' | 'share' | 'time';
  meaning: string;
}

/** How rows are spread over something: a bar for each place, in order. */
export interface Distribution {
  /** Over the table `accepted`: of each bar its label, text, and how many there are. It must give a bounded number of bars. */
  sql: string;
  /** Of a label: a UTC day, or words and numbers that need no translation. */
  labels: 'days' | 'texts';
  meaning: string;
}

/** A figure that is worked out when somebody looks. Its SQL may use `getvariable('now')`, Unix seconds. */
export interface ReportedStatistic extends Statistic {
  /** It needs the table `described` too: the rows of the project that describe things, see {@link Kind.history}. */
  needsDescribed?: true;
}

/** Something that is worth saying of rows before a model learns from them. */
export interface Finding {
  code: string;
  /** For customers: what is so, and what to do where that is not plain. */
  sentence: string;
  parameters: Record<string, number>;
  /** A model that learns from such rows is worth nothing: nobody trains one without saying so. */
  blocks: boolean;
}

/** Statistic name to its value: a count or share, or an ISO 8601 time; null where the rows say nothing. */
export type Statistics = Record<string, number | string | null>;

/** A kind of data: how a file of it is read, checked, kept, described and metered. Data alone, so that every process can load it. */
export interface Kind {
  /** What it holds, for customers. */
  summary: string;
  /** By name, in the order of the imported Parquet file: DOUBLE for numbers and times, VARCHAR for the rest. */
  columns: Record<string, Column>;
  /** What becomes of a file's further columns: text columns under their headers, or nothing. */
  others: 'attributes' | 'ignored';
  /** Attributes of which the platform knows what they hold, by name, with the headers in lower case that they have. */
  attributes?: Record<string, { spellings: readonly string[]; meaning: string }>;
  /** The column that each row is about: a further row about the same is rejected. Absent where rows may repeat. */
  identity?: string;
  /** The column that names a person, whose rows can be exported and erased. */
  person?: string;
  /**
   * Where rows tell what the person did: the column of the time, that of the thing that it was done with, and the kind whose rows describe
   * such things under the same name.
   */
  history?: { time: string; thing: string; describedBy: string };
  /**
   * The column by whose value a row that is added by itself, such as a correction, takes the place of the file's rows; absent where rows come
   * in files alone.
   */
  correctedBy?: string;
  /** Rows of it also come by themselves, as events; each is one more row. */
  isLive?: true;
  statistics: Record<string, Statistic>;
  /** What a person looks at before training; asked for when somebody looks, not kept. */
  report?: Record<string, ReportedStatistic>;
  distributions: Record<string, Distribution>;
  /** Of every row that is imported, and of every row that is held, once a day; absent where nothing is metered. */
  meters: { ingested?: string; stored?: string };
  /** The plan's quota of rows held, over all data sets of the kind. */
  quota?: string;
  /** What training holds of each row that it reads, in bytes. */
  rowBytes: number;
  /**
   * What is worth saying before training on such rows; empty where all is well.
   *
   * @param statistics those of the report too, where they were asked for
   */
  judge(rows: number, statistics: Statistics): Finding[];
  /** In a sentence, why rows of which no finding blocks are enough; absent where any number is. */
  enough?(rows: number, statistics: Statistics): string;
}
