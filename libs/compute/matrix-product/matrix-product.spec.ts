import { expect, it } from 'vitest';
import { describeOnGpus } from '../gpu/every-gpu.js';
import { randomVector } from '../random/random-csr.js';
import { relativeError } from '../random/relative-error.js';
import { matrixProduct, matrixProductOnGpu } from './webgpu.js';

const transpose = (matrix: Float32Array, rows: number) =>
  matrix.map((_, at) => matrix[(at % rows) * (matrix.length / rows) + Math.floor(at / rows)]!);

function reference(a: Float32Array, b: Float32Array, [rows, columns, inner]: [number, number, number]): Float64Array {
  const at = (row: number, column: number) => {
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += a[row * inner + k]! * b[k * columns + column]!;
    return sum;
  };
  return Float64Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns));
}

describeOnGpus('matrixProduct', (gpu) => {
  it.each([
    [1, 1, 1],
    [33, 70, 17],
    [130, 65, 64],
  ])('agrees with the reference to 1e-6 for %i × %i over %i', async (rows, columns, inner) => {
    const [a, b] = [randomVector(rows * inner, 1), randomVector(inner * columns, 2)];
    const expected = reference(a, b, [rows, columns, inner]);
    expect(relativeError(await matrixProductOnGpu(gpu, a, b, inner), expected)).toBeLessThan(1e-6);
  });

  it.each(['a', 'b'] as const)('reads %s transposed, and adds to what is there', async (transposed) => {
    const [rows, columns, inner] = [33, 70, 17];
    const [a, b] = [randomVector(rows * inner, 1), randomVector(inner * columns, 2)];
    const expected = reference(a, b, [rows, columns, inner]).map((value) => value + 1);
    const left = await gpu.upload(transposed === 'a' ? transpose(a, rows) : a);
    const right = await gpu.upload(transposed === 'b' ? transpose(b, inner) : b);
    const c = await gpu.upload(new Float32Array(rows * columns).fill(1));
    await gpu.submit([
      matrixProduct(gpu, { a: left, b: right, c, rows, columns, inner, transposed, accumulate: true }),
    ]);
    expect(relativeError(await gpu.read(c, new Float32Array(rows * columns)), expected)).toBeLessThan(1e-6);
    gpu.release(left, right, c);
  });
});
