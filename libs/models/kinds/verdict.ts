import type { Finding, Kind, Statistics } from './kind.js';

/** Whether there is enough to train a model. */
export interface Verdict {
  isEnough: boolean;
  /** Why, in sentences for the customer. */
  because: string[];
}

/** Rows that a model is to learn from. */
interface Rows {
  kind: Kind;
  rows: number;
  statistics: Statistics;
}

/** Over all of a model's sources, with what was found. */
export function judgeAll(sources: Rows[]): { verdict: Verdict; findings: Finding[] } {
  const findings = sources.flatMap(({ kind, rows, statistics }) => kind.judge(rows, statistics));
  const blocking = findings.filter(({ blocks }) => blocks).map(({ sentence }) => sentence);
  const enough = sources.flatMap(({ kind, rows, statistics }) => kind.enough?.(rows, statistics) ?? []);
  const isEnough = blocking.length === 0;
  return { verdict: { isEnough, because: isEnough ? enough : blocking }, findings };
}
