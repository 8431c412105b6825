import { buildCsr, type Csr } from '../csr/kernel.js';
import { Random } from './kernel.js';

/** Each cell is filled with probability `density`, by seed; values in (0, 2] when asked for. */
export function randomCsr(rows: number, columns: number, density: number, seed: number, withValues = false): Csr {
  const random = Random.seeded(seed);
  const cells: number[] = [];
  for (let cell = 0; cell < rows * columns; cell++) if (random.uniform() < density) cells.push(cell);
  return buildCsr({
    rows,
    columns,
    rowIndices: Uint32Array.from(cells, (cell) => Math.floor(cell / columns)),
    columnIndices: Uint32Array.from(cells, (cell) => cell % columns),
    values: withValues ? Float32Array.from(cells, () => 2 * (1 - random.uniform())) : null,
  });
}

/** Standard normal numbers, by seed. */
export function randomVector(length: number, seed: number, deviation = 1): Float32Array {
  const random = Random.seeded(seed);
  return Float32Array.from({ length }, () => deviation * random.gaussian());
}
