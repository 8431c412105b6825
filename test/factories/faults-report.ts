import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const FILE = 'docs/faults.json';

/** The whole proof by `npm run faults`; a short one with every `npm test`. */
export const IS_FULL = Boolean(process.env['FAULTS_FULL']);

/**
 * Notes what a fault came to, beside the bound that it is to keep: shown by every run, kept in docs/faults.json by a whole one.
 *
 * @param name of the figure, which there is one of
 */
export function note(name: string, figure: number | string, bound: string, isKept: boolean): void {
  console.log(`  ${isKept ? '✓' : '✗'} ${name}: ${figure} (bound: ${bound})`);
  if (!IS_FULL) return;
  const figures = existsSync(FILE) ? (JSON.parse(readFileSync(FILE, 'utf8')) as Record<string, object>) : {};
  figures[name] = { figure, bound, pass: isKept, at: new Date().toISOString().slice(0, 10) };
  const sorted = Object.fromEntries(Object.entries(figures).sort(([a], [b]) => a.localeCompare(b)));
  writeFileSync(FILE, `${JSON.stringify(sorted, null, 2)}\n`);
}

export function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? NaN;
}

export function median(values: number[]): number {
  return percentile(values, 0.5);
}
