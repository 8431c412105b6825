import type { Comparison } from './measure.js';

const args = process.argv.slice(3);

/** The value after `--name`. */
export function option(name: string, fallback: string): string {
  const at = args.indexOf(`--${name}`);
  return at < 0 ? fallback : args[at + 1];
}

export function hasFlag(name: string): boolean {
  return args.includes(`--${name}`);
}

export const rounds = Number(option('rounds', '5'));
export const dimensions = Number(option('dimensions', '128'));

export function show(comparisons: Comparison[]): void {
  console.table(
    Object.fromEntries(
      comparisons.map(({ name, wall, cpu, wallRatio, cpuRatio }) => [
        name,
        {
          'wall ms': +(wall * 1e3).toFixed(2),
          'CPU ms': +(cpu * 1e3).toFixed(2),
          'wall ×': +wallRatio.toFixed(2),
          'CPU ×': +cpuRatio.toFixed(2),
        },
      ]),
    ),
  );
}
