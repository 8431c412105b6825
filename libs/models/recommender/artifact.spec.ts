import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sharedEngine } from '../engine.js';
import { readSafetensors, writeSafetensors } from '../safetensors.js';
import { runToEnd } from '../training/conformance.js';
import {
  ArtifactError,
  eraseUser,
  parseAttributes,
  readArtifact,
  writeArtifact,
  type RecommenderArtifact,
} from './artifact.js';
import { checkerboardInput } from './checkerboard.js';
import type { FactorModel, ProductModel } from './fitted-model.js';
import { loadRecommenderPredictor } from './predictor.js';
import { createRecommenderTrainer } from './trainer.js';

const factors: FactorModel = {
  kind: 'factors',
  dimensions: 16,
  users: Float32Array.from({ length: 4 * 16 }, (_, place) => place / 64),
  items: Float32Array.from({ length: 3 * 16 }, (_, place) => -place / 64),
};

const sample: RecommenderArtifact = {
  userIds: ['a', '', '\uFEFFé', '🎬'],
  itemIds: ['x', 'y', 'z'],
  itemAttributes: [{ title: 'Über', year: '' }, null, {}],
  popularity: { scores: Float32Array.of(1, 3, 0.5), order: Uint32Array.of(1, 0, 2) },
  seen: {
    rows: 4,
    columns: 3,
    offsets: Uint32Array.of(0, 2, 2, 3, 4),
    indices: Uint32Array.of(0, 1, 1, 1),
    values: null,
  },
  model: factors,
};
const product: ProductModel = {
  kind: 'product',
  histories: {
    rows: 4,
    columns: 2,
    offsets: Uint32Array.of(0, 2, 2, 3, 4),
    indices: Uint32Array.of(0, 1, 1, 0),
    values: Float32Array.of(1, 2, 0.5, 3),
  },
  similarity: {
    rows: 2,
    columns: 3,
    offsets: Uint32Array.of(0, 2, 3),
    indices: Uint32Array.of(0, 2, 1),
    values: Float32Array.of(1, -1, 0.25),
  },
};
const engine = await sharedEngine();

const headerLength = (bytes: Uint8Array) => Number(new DataView(bytes.buffer).getBigUint64(0, true));
const headerOf = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes.subarray(8, 8 + headerLength(bytes))).toString());

async function acceptsOrRefuses(bytes: Uint8Array): Promise<void> {
  try {
    const predictor = await loadRecommenderPredictor(bytes, engine);
    await predictor.recommendations({ userId: 'a', limit: 10, excludeSeen: true });
    await predictor.recommendations({ userId: 'nobody', limit: 10, excludeSeen: true });
  } catch (error) {
    expect(error).toBeInstanceOf(ArtifactError);
  }
}

describe('artifact', () => {
  it('comes back as it went in, whatever the text', () => {
    for (const model of [sample.model, product, null]) {
      const written = { ...sample, model };
      const { users, itemIds, itemAttributes, ...arrays } = readArtifact(writeArtifact(written));
      expect(written.userIds.map((id) => users.find(id))).toEqual([0, 1, 2, 3]);
      expect(users.find('b')).toBeUndefined();
      expect(written.itemIds.map((_, i) => itemIds.at(i))).toEqual(written.itemIds);
      expect(written.itemIds.map((_, i) => parseAttributes(itemAttributes.at(i)))).toEqual(written.itemAttributes);
      const { popularity, seen } = written;
      expect(arrays).toEqual({ popularity, seen, model });
    }
  });

  it('follows the safetensors layout: aligned tensors without gaps up to the end', () => {
    const bytes = writeArtifact(sample);
    const { __metadata__, ...tensors } = headerOf(bytes);
    expect(__metadata__).toEqual({ format: 'kindred-artifact', version: '2', family: 'recommender', kind: 'factors' });
    const dataStart = 8 + headerLength(bytes);
    let end = 0;
    for (const [name, { data_offsets }] of Object.entries<{ data_offsets: [number, number] }>(tensors)) {
      expect(data_offsets[0]).toBe(end);
      if (!name.startsWith('padding.')) expect((dataStart + data_offsets[0]) % 64).toBe(0);
      end = data_offsets[1];
    }
    expect(dataStart + end).toBe(bytes.length);
  });

  it('is read without copying tensors where memory is aligned', () => {
    const bytes = writeArtifact(sample);
    const { model } = readArtifact(bytes);
    expect(model?.kind === 'factors' && model.items.buffer).toBe(bytes.buffer);
  });

  it.each([
    ['another version', { version: '3' }],
    ['another family', { family: 'classifier' }],
    ['another kind of model', { kind: 'magic' }],
  ])('refuses %s', (_name, change) => {
    const bytes = writeArtifact(sample);
    const header = headerOf(bytes);
    const json = JSON.stringify({ ...header, __metadata__: { ...header.__metadata__, ...change } });
    const changed = Buffer.concat([
      bytes.subarray(0, 8),
      Buffer.from(json.padEnd(headerLength(bytes))),
      bytes.subarray(8 + headerLength(bytes)),
    ]);
    new DataView(changed.buffer, changed.byteOffset).setBigUint64(
      0,
      BigInt(Math.max(json.length, headerLength(bytes))),
      true,
    );
    expect(() => readArtifact(changed)).toThrow(/Not a recommender artifact/);
  });

  it.each<[string, (artifact: RecommenderArtifact) => RecommenderArtifact]>([
    ['order', (a) => ({ ...a, popularity: { ...a.popularity, order: Uint32Array.of(1, 1, 2) } })],
    ['seen item', (a) => ({ ...a, seen: { ...a.seen, indices: Uint32Array.of(0, 1, 1, 3) } })],
    ['seen order', (a) => ({ ...a, seen: { ...a.seen, indices: Uint32Array.of(1, 0, 1, 1) } })],
    ['seen offsets', (a) => ({ ...a, seen: { ...a.seen, offsets: Uint32Array.of(0, 3, 2, 3, 4) } })],
    ['factors', (a) => ({ ...a, model: { ...factors, items: factors.items.map(() => NaN) } })],
    [
      'similarity',
      (a) => ({
        ...a,
        model: { ...product, similarity: { ...product.similarity, columns: 9, indices: Uint32Array.of(0, 8, 1) } },
      }),
    ],
    ['popularity', (a) => ({ ...a, popularity: { ...a.popularity, scores: Float32Array.of(1, NaN, 0) } })],
    ['attributes', (a) => ({ ...a, itemAttributes: [null] })],
  ])('refuses content that breaks a rule: %s', (_name, spoil) => {
    expect(() => readArtifact(writeArtifact(spoil(sample)))).toThrow(ArtifactError);
  });

  it.each([
    ['factors', factors],
    ['product', product],
  ])(
    'meets damaged bytes with ArtifactError or a usable predictor, never another failure: %s',
    async (_kind, model) => {
      const bytes = writeArtifact({ ...sample, model });
      const flips = fc.array(fc.record({ at: fc.nat(bytes.length - 1), bit: fc.nat(7) }), {
        minLength: 1,
        maxLength: 4,
      });
      await fc.assert(
        fc.asyncProperty(flips, fc.option(fc.nat(bytes.length)), async (flipped, length) => {
          const damaged = bytes.slice(0, length ?? bytes.length);
          for (const { at, bit } of flipped) damaged[at]! ^= 1 << bit;
          await acceptsOrRefuses(damaged);
        }),
        { numRuns: 1000 },
      );
      await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), acceptsOrRefuses));
    },
  );

  it('survives every single-bit change of the header', async () => {
    const bytes = writeArtifact(sample);
    for (let bit = 0; bit < 8 * (8 + headerLength(bytes)); bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      await acceptsOrRefuses(damaged);
    }
  });

  it('refuses every truncation', async () => {
    const options = { recipe: 'popularity', settings: {}, seed: 1, engine } as const;
    const { artifact: bytes } = await runToEnd(createRecommenderTrainer(checkerboardInput(), options));
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        expect(() => readArtifact(bytes.subarray(0, length))).toThrow(ArtifactError);
      }),
    );
  });

  it('still reads the first version, which counted popularity in whole numbers', () => {
    const counts = Uint32Array.of(1, 3, 0);
    const { metadata, tensors } = readSafetensors(writeArtifact({ ...sample, model: null }));
    const { 'popularity.scores': _, ...others } = tensors;
    const { kind: __, ...rest } = metadata;
    const first = writeSafetensors({
      metadata: { ...rest, version: '1', recipe: 'popularity' },
      tensors: { ...others, 'popularity.counts': { shape: [3], array: counts } },
    });
    expect([...readArtifact(first).popularity.scores]).toEqual([...counts]);
    expect(readArtifact(first).model).toBeNull();
  });
});

describe('erasing a person', () => {
  const kinds: [string, RecommenderArtifact['model']][] = [
    ['factors', factors],
    ['product', product],
    ['popularity', null],
    [
      'users like a user',
      {
        kind: 'product',
        histories: { ...product.histories, columns: 4 },
        similarity: {
          rows: 4,
          columns: 3,
          offsets: Uint32Array.of(0, 1, 2, 3, 4),
          indices: Uint32Array.of(0, 1, 2, 0),
          values: Float32Array.of(1, 2, 3, 4),
        },
      },
    ],
  ];

  it.each(kinds)('leaves nothing of them in %s, and all others as they were', async (_, model) => {
    const before = writeArtifact({ ...sample, model });
    const after = eraseUser(before, 'a')!;
    expect(Buffer.from(after).includes(Buffer.from('"a"'))).toBe(false);
    const [old, erased] = [readArtifact(before), readArtifact(after)];
    expect(erased.users.find('a')).toBeUndefined();
    expect([erased.seen.offsets[0], erased.seen.offsets[1]]).toEqual([0, 0]);
    expect(erased.seen.indices).toEqual(Uint32Array.of(1, 1));
    if (erased.model?.kind === 'factors')
      expect([...erased.model.users.subarray(0, 16)].every((x) => x === 0)).toBe(true);
    if (erased.model?.kind === 'product') {
      expect(erased.model.histories.offsets[1]).toBe(0);
      if (erased.model.similarity.rows === 4) expect([...erased.model.similarity.values!]).toEqual([2, 3, 4]);
    }
    for (const userId of ['', '\uFEFFé', '🎬']) expect(erased.users.find(userId)).toBe(old.users.find(userId));
    const [was, is] = await Promise.all([before, after].map((bytes) => loadRecommenderPredictor(bytes, engine)));
    const ask = (userId: string) => ({ userId, limit: 3, excludeSeen: true });
    if (model?.kind !== 'product' || model.similarity.rows !== 4)
      expect(await is!.recommendations(ask('🎬'))).toEqual(await was!.recommendations(ask('🎬')));
    expect((await is!.recommendations(ask('a'))).source).toBe('popularity');
    expect(eraseUser(after, 'a')).toBeNull();
  });
});
