import { describe, expect, it } from 'vitest';
import { hasSoftwareGpu } from '../gpu/every-gpu.js';
import { BACKENDS, openDevice, type Backend } from './open-device.js';

const OWN: Backend[] = ['wasm', 'cpu', ...(hasSoftwareGpu ? ['webgpu' as const] : [])];

describe('the choice of a device', () => {
  it('takes the first backend that serves and says why those before it do not', async () => {
    const { device, refusals } = await openDevice();
    const place = BACKENDS.indexOf(device.backend);
    expect(refusals.map(({ backend }) => backend)).toEqual(BACKENDS.slice(0, place));
    for (const { reason } of refusals) expect(reason).toMatch(/\w+ \w+/);
    device.close();
  });

  it('never takes a GPU that the processor imitates', async () => {
    const { device } = await openDevice();
    expect(device.name).not.toMatch(/swiftshader/i);
    device.close();
  });

  it('takes the one that is asked for, or says why not', async () => {
    expect((await openDevice({ backend: 'cpu' })).device.backend).toBe('cpu');
    await expect(openDevice({ backend: 'tfjs-node-gpu' })).rejects.toThrow(/tfjs-node-gpu is not installed/);
  });
});

describe.each(OWN)('TensorFlow.js on %s', (backend) => {
  it('agrees with itself on other backends about gradients, those of gather and of transposed products among them', async () => {
    const { device } = await openDevice({ backend, allowFallback: true });
    const tf = await device.tensorFlow();
    const table = tf.tensor2d(
      Array.from({ length: 20 }, (_, i) => Math.sin(i)),
      [5, 4],
    );
    const weights = tf.tensor2d(
      Array.from({ length: 12 }, (_, i) => Math.cos(i)),
      [3, 4],
    );
    const ids = tf.tensor1d([0, 3, 3, 1], 'int32');
    const loss = (x: typeof table, w: typeof weights) =>
      tf.sum(tf.square(tf.matMul(tf.gather(x, ids), w, false, true)));
    const [ofTable, ofWeights] = tf.grads(loss as Parameters<typeof tf.grads>[0])([table, weights]);
    const expected = gradients([...(await table.data())], [...(await weights.data())], [...(await ids.data())]);
    [...(await ofTable!.data())].forEach((value, i) => expect(value).toBeCloseTo(expected.table[i]!, 3));
    [...(await ofWeights!.data())].forEach((value, i) => expect(value).toBeCloseTo(expected.weights[i]!, 3));
    tf.dispose([table, weights, ids, ofTable!, ofWeights!]);
    device.close();
  });
});

/** Of Σ (x_id · w_j)², by hand. */
function gradients(x: number[], w: number[], ids: number[]) {
  const table = x.map(() => 0);
  const weights = w.map(() => 0);
  for (const id of ids) {
    for (let j = 0; j < 3; j++) {
      let product = 0;
      for (let k = 0; k < 4; k++) product += x[4 * id + k]! * w[4 * j + k]!;
      for (let k = 0; k < 4; k++) {
        table[4 * id + k]! += 2 * product * w[4 * j + k]!;
        weights[4 * j + k]! += 2 * product * x[4 * id + k]!;
      }
    }
  }
  return { table, weights };
}
