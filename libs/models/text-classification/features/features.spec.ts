import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HashIndex } from './hash-index.js';
import { normalise, originsOf } from './normalise.js';
import { cut } from './tokens.js';
import { Vectorizer, type VectorizerSettings } from './vectorizer.js';

const SETTINGS: VectorizerSettings = {
  sources: [
    { kind: 'words', spaced: [1, 2], unspaced: [1, 2], weight: 1 },
    { kind: 'characters', spaced: [2, 5], unspaced: [1, 3], weight: 2 },
  ],
  minDocuments: 1,
  maxFeatures: 100_000,
};

/** What people write, and what they do not: lone surrogates, NUL, ligatures, both directions, marks that combine. */
const PARTS =
  'Straße| |ﬁne|İstanbul|ΟΔΟΣ|e\u0301|ㄱㅏ|ガ|㍿|送餐很快!|𠮷野家|שלום|مرحبا|12,5%|👨‍👩‍👧|🇩🇪|\0|\ud800|\udc00|สวัสดี|नमस्ते|\n|WORD|ǆ|\u202e'.split(
    '|',
  );
const anyText = fc.oneof(
  fc
    .array(fc.constantFrom('a', 'Σ', ' ', '\u0344', '\u0301\u0323'.repeat(20), '\u102b'.repeat(25)))
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.array(fc.constantFrom(...PARTS)).map((parts) => parts.join('')),
);

const SINGLE_WORDS: VectorizerSettings = {
  ...SETTINGS,
  sources: [{ kind: 'words', spaced: [1, 1], unspaced: [1, 1], weight: 1 }],
};

const fit = async (texts: string[], settings = SETTINGS) => (await Vectorizer.fit(texts, settings)).vectorizer;
const wordsOf = (text: string) => cut(text).words.map(({ start, end }) => text.slice(start, end));

describe('normalise', () => {
  const marks = fc.constantFrom(...'\u0301\u0323\u0327\u0344\u05b0\u0e38\u3099');
  const heap = fc.string({ unit: marks, maxLength: 150, size: 'max' });
  const heaps = fc.array(fc.oneof(fc.constantFrom('e', ' ', 'é', 'カ'), heap));

  it('leaves no long run of marks, whose sorting takes the square of its length', () => {
    fc.assert(
      fc.property(heaps, (parts) => {
        const runs = normalise(parts.join('')).split(/[^\p{M}]|\u034f/u);
        // Of 30 marks some are two, as is U+0344, and the letter before brings one.
        expect(Math.max(...runs.map((run) => run.length))).toBeLessThanOrEqual(2 * 30 + 1);
      }),
    );
  });

  it('is NFKC in lower case of every text with as few marks as are written', () => {
    for (const text of [...PARTS, 'Việt Nam', `Z\u0323${'\u0301'.repeat(29)}algo`])
      expect(normalise(text)).toBe(text.normalize('NFKC').toLowerCase());
  });
});

describe('originsOf', () => {
  it('traces every unit of any normalised text to a place of the original that holds it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const { starts, ends } = originsOf(text);
        const normalised = normalise(text);
        expect(starts).toHaveLength(normalised.length);
        for (let i = 0; i < normalised.length; i++) {
          expect(starts[i]).toBeLessThan(ends[i]!);
          expect(ends[i]).toBeLessThanOrEqual(text.length);
          // In order, and never to half a place.
          if (i > 0) expect(starts[i] === starts[i - 1] || starts[i]! >= ends[i - 1]!).toBe(true);
          const place = normalise(text.slice(starts[i], ends[i]));
          expect(place.replaceAll('ς', 'σ')).toContain(normalised[i]!.replace('ς', 'σ'));
        }
      }),
    );
  });

  it('is exact to the character next to heaps of marks', () => {
    const text = `z${'\u0301\u0323'.repeat(200)}a refund`;
    const at = normalise(text).indexOf('refund');
    expect(originsOf(text).starts[at]).toBe(text.indexOf('refund'));
  });

  it('is exact to the character where normalising makes one character of several, or several of one', () => {
    const placesOf = (text: string, part: string) => {
      const { starts, ends } = originsOf(text);
      const at = normalise(text).indexOf(part);
      return text.slice(starts[at], ends[at + part.length - 1]);
    };
    expect(placesOf('a ﬁne day', 'fi')).toBe('ﬁ');
    expect(placesOf('cafe\u0301 au lait', 'é')).toBe('e\u0301');
    expect(placesOf('㍿ 東京', '東京')).toBe('東京');
  });
});

describe('cut', () => {
  it('finds the words of scripts with spaces, symbols one by one, and words of Chinese by its dictionary', () => {
    expect(wordsOf("don't stop 12 times!")).toEqual(['don', "'", 't', 'stop', '12', 'times', '!']);
    expect(wordsOf('中国科学院很大')).toEqual(['中国科学院', '很大']);
    expect(wordsOf('नमस्ते 😀😀')).toEqual(['नमस्ते', '😀', '😀']);
    expect(wordsOf('iphone手机 坏了')).toEqual(['iphone', '手机', '坏', '了']);
  });
});

describe('Vectorizer', () => {
  it('gives any text ascending features, each source scaled to its weight, and pieces within the text that add up', async () => {
    const corpus = fc.sample(anyText, { numRuns: 200, seed: 5 });
    const vectorizer = await fit(corpus);
    const { sourceOf } = vectorizer.tensors();
    fc.assert(
      fc.property(fc.oneof(anyText, fc.constantFrom(...corpus)), (text) => {
        const { indices, values } = vectorizer.transformOne(text);
        expect(indices.every((column, i) => i === 0 || column > indices[i - 1]!)).toBe(true);
        for (const [source, { weight }] of SETTINGS.sources.entries()) {
          const squares = values.map((value, i) => (sourceOf[indices[i]!] === source ? value * value : 0));
          const length = Math.sqrt(squares.reduce((sum, square) => sum + square, 0));
          if (length > 0) expect(length).toBeCloseTo(weight, 4);
        }
        const sums = new Map<number, number>();
        for (const { feature, value, start, end } of vectorizer.pieces(text)) {
          expect(start).toBeGreaterThanOrEqual(0);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(text.length);
          sums.set(feature, (sums.get(feature) ?? 0) + value);
        }
        expect([...sums.keys()].sort((a, b) => a - b)).toEqual([...indices]);
        indices.forEach((feature, i) => expect(sums.get(feature)).toBeCloseTo(values[i]!, 4));
      }),
    );
  });

  it('points at what the reader sees, whatever stands before it', async () => {
    const vectorizer = await fit(['refund']);
    for (const before of ['', '😀 ', 'ﬁﬁ ', 'שלום ', '送餐 ']) {
      const text = `${before}REFUND now`;
      const pieces = vectorizer.pieces(text).map(({ start, end }) => text.slice(start, end));
      expect(pieces).toContain('REFUND');
    }
  });

  it('never cuts a character in two', async () => {
    const texts = ['𠮷野家で𠮷', '𐐷𐐲𐑌 𐐷𐐲', '😀😃'];
    const vectorizer = await fit(texts);
    for (const text of texts)
      for (const { start, end } of vectorizer.pieces(text)) expect(text.slice(start, end).isWellFormed()).toBe(true);
  });

  it('gives one text the row that it has among others, and the same row after its tensors were stored', async () => {
    const texts = fc.sample(anyText, { numRuns: 50, seed: 9 });
    const { vectorizer, rows } = await Vectorizer.fit(texts, SETTINGS);
    const restored = Vectorizer.fromTensors(SETTINGS, vectorizer.tensors());
    for (const [row, text] of texts.entries()) {
      const [start, end] = [rows.offsets[row], rows.offsets[row + 1]];
      const expected = { indices: rows.indices.slice(start, end), values: rows.values!.slice(start, end) };
      expect(vectorizer.transformOne(text)).toEqual(expected);
      expect(restored.transformOne(text)).toEqual(expected);
    }
  });

  it('counts a feature of few texts for more, and one that comes again for more, but not for twice as much', async () => {
    const vectorizer = await fit(['rare common', 'common', 'common'], SINGLE_WORDS);
    const valueIn = (text: string, word: string) =>
      vectorizer
        .pieces(text)
        .reduce((sum, { value, start, end }) => sum + (text.slice(start, end) === word ? value : 0), 0);
    const once = valueIn('rare common', 'rare') / valueIn('rare common', 'common');
    const twice = valueIn('rare rare common', 'rare') / valueIn('rare rare common', 'common');
    expect(once).toBeCloseTo((1 + Math.log(4 / 2)) / (1 + Math.log(4 / 4)), 5);
    expect(twice / once).toBeCloseTo(1 + Math.log(2), 5);
  });

  it('leaves out what too few texts have, and keeps the most frequent where there is too much', async () => {
    const texts = ['a b c', 'a b d', 'a e'];
    expect((await fit(texts, SINGLE_WORDS)).columns).toBe(5);
    expect((await fit(texts, { ...SINGLE_WORDS, minDocuments: 2 })).columns).toBe(2);
    const narrow = await fit(texts, { ...SINGLE_WORDS, maxFeatures: 1 });
    expect(narrow.pieces('a b')).toMatchObject([{ start: 0, end: 1 }]);
  });

  it('gives a text of nothing that it knows an empty row', async () => {
    const vectorizer = await fit(['hello']);
    for (const text of ['', ' ', '\0', '\u200d', '漢字', 'Ω'])
      expect(vectorizer.transformOne(text).indices, JSON.stringify(text)).toHaveLength(0);
  });

  it('ends soon when it is aborted, however long the texts are', async () => {
    const reason = new Error('cancelled by the customer');
    const texts = Array.from({ length: 100 }, () => 'a long text '.repeat(5_000));
    const controller = new AbortController();
    const fitting = Vectorizer.fit(texts, SETTINGS, controller.signal);
    setImmediate(() => controller.abort(reason));
    await expect(fitting).rejects.toBe(reason);
  });
});

describe('HashIndex', () => {
  it('numbers hashes in the order in which they come, as a map does', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2 ** 32 - 1), { maxLength: 5_000 }), (hashes) => {
        const [index, expected] = [new HashIndex(), new Map<number, number>()];
        for (const hash of hashes) {
          if (!expected.has(hash)) expected.set(hash, expected.size);
          expect(index.add(hash)).toBe(expected.get(hash));
        }
        expect([...index.toArray()]).toEqual([...expected.keys()]);
        for (const hash of [...hashes, 0, 1, 2 ** 32 - 1]) expect(index.find(hash)).toBe(expected.get(hash) ?? -1);
      }),
      { numRuns: 50 },
    );
  });
});
