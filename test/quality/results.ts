import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bootstrapIntervals, type Interval } from '../../libs/models/training/bootstrap-intervals.js';
import { writeFormatted } from '../../tools/format/write-formatted.js';
import { families } from './families.js';
import type { Bar, Measured, Row } from './family-quality.js';

const RESULTS = path.resolve(import.meta.dirname, 'results.json');
const PAGE = path.resolve(import.meta.dirname, '../../docs/quality.md');

const ROWS = Object.values(families).flatMap(({ rows }) => rows);

/** Ours, to be compared with a bar. */
interface Figure {
  value: number;
  interval: Interval;
}

/** One line of the table. */
export interface Result {
  row: string;
  /** What was asked for: a recipe, or `auto`. */
  recipe: string;
  /** The recipe that `auto` chose. */
  chosen?: string;
  settings: object;
  seeds: number;
  figures: Record<string, Figure>;
  /** Of the fits of all seeds and their measurement, with the search where there was one; without reading the files. */
  seconds: number;
  date: string;
  machine: string;
}

/** 97 %: room for details of implementation. */
const TOLERANCE = 0.97;

/** The share of a bar's figure that must be reached; an error must be below its bar. */
export function passes({ best, isError }: Bar, value: number): boolean {
  return isError ? value <= best : value >= TOLERANCE * best;
}

/** The means over cases and seeds with their 95 % intervals, for the metrics that have bars. */
export function figuresOf({ bars }: Row, measured: Measured[]): Record<string, Figure> {
  return Object.fromEntries(
    bars.map(({ metric, isError }) => {
      const finish = isError ? Math.sqrt : (mean: number) => mean;
      const perCase = measured[0]![metric]!.map(
        (_, place) => measured.reduce((sum, seed) => sum + seed[metric]![place]!, 0) / measured.length,
      );
      const mean = perCase.reduce((sum, value) => sum + value, 0) / perCase.length;
      const [low, high] = bootstrapIntervals({ [metric]: perCase }, 1)[metric]!;
      return [metric, { value: finish(mean), interval: [finish(low), finish(high)] }];
    }),
  );
}

/** Keeps the result in place of an earlier one and writes the page anew, so that a run can be cut off and gone on with. */
export function keep(result: Result): void {
  const others = readResults().filter((other) => keyOf(other) !== keyOf(result));
  const results = [...others, result];
  writeFormatted(RESULTS, JSON.stringify(results));
  writeFormatted(PAGE, pageOf(results));
}

export function isKept(key: Pick<Result, 'row' | 'recipe' | 'settings'>): boolean {
  return readResults().some((result) => keyOf(result) === keyOf(key));
}

export function describeMachine(engine: string): string {
  const { model } = os.cpus()[0]!;
  return `${os.availableParallelism()} cores of ${model.trim()}, ${engine}`;
}

/** What was kept of the recipes that the rows still name, and of `auto`. */
function readResults(): Result[] {
  if (!existsSync(RESULTS)) return [];
  const named = ROWS.flatMap(({ name: row, recipes }) => [
    { row, recipe: 'auto', settings: {} },
    ...recipes.map(([recipe, settings]) => ({ row, recipe, settings })),
  ]);
  const keys = new Set(named.map(keyOf));
  return (JSON.parse(readFileSync(RESULTS, 'utf8')) as Result[]).filter((result) => keys.has(keyOf(result)));
}

/** The settings of `auto` are found, not given. */
function keyOf({ row, recipe, settings }: Pick<Result, 'row' | 'recipe' | 'settings'>): string {
  return [row, recipe, recipe === 'auto' ? '' : JSON.stringify(settings)].join(' ');
}

function pageOf(results: Result[]): string {
  const sections = ROWS.map((row) =>
    sectionOf(
      row,
      results.filter((result) => result.row === row.name),
    ),
  );
  return `# Quality

What the recipes reach on public data sets, next to the best figure known for each. Written by \`npm run quality\`
(one data set: \`npm run quality -- -t gowalla\`; only what is missing: \`QUALITY_MISSING_ONLY=1\`; another budget than a family's own
for \`auto\`: \`QUALITY_BUDGET_SECONDS\`). Brackets hold the 95 % bootstrap interval over users, or texts. A row passes where every figure
reaches 97 % of its bar. Recipes of chance are means over three seeds; \`auto\` and \`sequence\` are one run. Seconds are those of all fits and their
measurement, on a machine that did other work next to.

How independent the figures are: the settings of named recipes were chosen with an eye on these very test sides, and so were the
defaults and the ranges that \`auto\` searches (empty settings are the defaults). Within them \`auto\` sees the training side alone,
and is told what to predict where there is a choice: the rest of a taste, or the next interaction.

${sections.join('\n')}`;
}

function sectionOf({ name, protocol, bars }: Row, results: Result[]): string {
  const head = ['Recipe', ...bars.map(({ metric }) => metric), 'Passes', 'Seconds', 'Date', 'Settings'];
  const lines = results
    .toSorted((a, b) => b.figures[bars[0]!.metric]!.value - a.figures[bars[0]!.metric]!.value)
    .map((result) => lineOf(result, bars));
  const table = [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`);
  const machines = [...new Set(results.map(({ machine }) => machine))].join('; ');
  return `## ${name}

Protocol: ${protocol}.
To reach: ${bars.map(({ metric, best, source }) => `${metric} ${best} (${source})`).join(', ')}.
${results.length > 0 ? `Machine: ${machines}.\n\n${table.join('\n')}` : 'Not measured yet.'}
`;
}

function lineOf({ recipe, chosen, settings, figures, seconds, date }: Result, bars: Bar[]): string[] {
  const shown = bars.map(({ metric }) => {
    const { value, interval } = figures[metric]!;
    return `${value.toFixed(4)} [${interval.map((bound) => bound.toFixed(4)).join(', ')}]`;
  });
  const passed = bars.every((bar) => passes(bar, figures[bar.metric]!.value));
  const name = chosen ? `**auto** → ${chosen}` : recipe;
  const told = `\`${JSON.stringify(settings)}\``;
  return [name, ...shown, passed ? 'yes' : 'no', seconds.toFixed(1), date, told];
}
