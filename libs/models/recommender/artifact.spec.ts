import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkerboard, runToEnd } from '../conformance.js';
import { createTrainer } from '../trainers.js';
import { ArtifactError, parseAttributes, readArtifact, writeArtifact, type RecommenderArtifact } from './artifact.js';
import { loadRecommenderPredictor } from './predictor.js';

const sample: RecommenderArtifact = {
  userIds: ['a', '', '\uFEFFé', '🎬'],
  itemIds: ['x', 'y', 'z'],
  itemAttributes: [{ title: 'Über', year: '' }, null, {}],
  popularity: { counts: Uint32Array.of(1, 3, 0), order: Uint32Array.of(1, 0, 2) },
  seen: {
    rows: 4,
    columns: 3,
    offsets: Uint32Array.of(0, 2, 2, 3, 4),
    indices: Uint32Array.of(0, 1, 1, 1),
    values: null,
  },
  factors: {
    dimensions: 2,
    users: Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8),
    items: Float32Array.of(1, 0, 0, 1, -1, -1),
  },
};

const headerLength = (bytes: Uint8Array) => Number(new DataView(bytes.buffer).getBigUint64(0, true));
const headerOf = (bytes: Uint8Array) => JSON.parse(Buffer.from(bytes.subarray(8, 8 + headerLength(bytes))).toString());

function acceptsOrRefuses(bytes: Uint8Array): void {
  try {
    const predictor = loadRecommenderPredictor(bytes);
    predictor.recommend({ userId: 'a', limit: 10, excludeSeen: true });
    predictor.recommend({ userId: 'nobody', limit: 10, excludeSeen: true });
  } catch (error) {
    expect(error).toBeInstanceOf(ArtifactError);
  }
}

describe('artifact', () => {
  it('comes back as it went in, whatever the text', () => {
    for (const written of [sample, { ...sample, factors: null }]) {
      const { users, itemIds, itemAttributes, ...arrays } = readArtifact(writeArtifact(written));
      expect(written.userIds.map((id) => users.find(id))).toEqual([0, 1, 2, 3]);
      expect(users.find('b')).toBeUndefined();
      expect(written.itemIds.map((_, i) => itemIds.at(i))).toEqual(written.itemIds);
      expect(written.itemIds.map((_, i) => parseAttributes(itemAttributes.at(i)))).toEqual(written.itemAttributes);
      const { popularity, seen, factors } = written;
      expect(arrays).toEqual({ popularity, seen, factors });
    }
  });

  it('follows the safetensors layout: aligned tensors without gaps up to the end', () => {
    const bytes = writeArtifact(sample);
    const { __metadata__, ...tensors } = headerOf(bytes);
    expect(__metadata__).toEqual({ format: 'kindred-artifact', version: '1', family: 'recommender', recipe: 'ials' });
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
    expect(readArtifact(bytes).factors?.items.buffer).toBe(bytes.buffer);
  });

  it.each([
    ['another version', { version: '2' }],
    ['another family', { family: 'classifier' }],
    ['another recipe', { recipe: 'magic' }],
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
    ['factors', (a) => ({ ...a, factors: { ...a.factors!, items: Float32Array.of(1, NaN, 0, 1, -1, -1) } })],
    ['attributes', (a) => ({ ...a, itemAttributes: [null] })],
  ])('refuses content that breaks a rule: %s', (_name, spoil) => {
    expect(() => readArtifact(writeArtifact(spoil(sample)))).toThrow(ArtifactError);
  });

  it('meets damaged bytes with ArtifactError or a usable predictor, never another failure', () => {
    const bytes = writeArtifact(sample);
    const flips = fc.array(fc.record({ at: fc.nat(bytes.length - 1), bit: fc.nat(7) }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(flips, fc.option(fc.nat(bytes.length)), (flipped, length) => {
        const damaged = bytes.slice(0, length ?? bytes.length);
        for (const { at, bit } of flipped) damaged[at] ^= 1 << bit;
        acceptsOrRefuses(damaged);
      }),
      { numRuns: 2000 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), acceptsOrRefuses));
  });

  it('survives every single-bit change of the header', () => {
    const bytes = writeArtifact(sample);
    for (let bit = 0; bit < 8 * (8 + headerLength(bytes)); bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3] ^= 1 << (bit & 7);
      acceptsOrRefuses(damaged);
    }
  });

  it('refuses every truncation', () => {
    const bytes = runToEnd(
      createTrainer(checkerboard(), { family: 'recommender', recipe: 'popularity', settings: {}, seed: 1 }),
    ).artifact;
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        expect(() => readArtifact(bytes.subarray(0, length))).toThrow(ArtifactError);
      }),
    );
  });
});
