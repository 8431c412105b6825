/**
 * Seeded generator xoshiro128** 1.1 (Blackman and Vigna 2018, "Scrambled Linear Pseudorandom Number Generators").
 * Not for secrets.
 */
export class Random {
  private readonly state: Uint32Array;
  private spare: number | undefined;

  /** `state` is four words, not all zero; {@link seeded} derives it from one number. */
  constructor(state: ArrayLike<number>) {
    this.state = Uint32Array.from(state);
  }

  /** Expands any integer (its low 53 bits count) to a state by the murmur3 finaliser over a Weyl sequence. */
  static seeded(seed: number): Random {
    const high = Math.floor(seed / 2 ** 32);
    return new Random([1, 2, 3, 4].map((word) => hash32(seed >>> 0, high >>> 0, word)));
  }

  /** The next 32 random bits, 0..2³²−1. */
  nextUint32(): number {
    const s = this.state;
    const result = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotateLeft(s[3], 11);
    return result;
  }

  /** Uniform in [0, 1), 32 bits of resolution. */
  uniform(): number {
    return this.nextUint32() / 2 ** 32;
  }

  /** Standard normal, by Marsaglia's polar method (1964). */
  gaussian(): number {
    if (this.spare !== undefined) {
      const spare = this.spare;
      this.spare = undefined;
      return spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const square = x * x + y * y;
      if (square === 0 || square >= 1) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.spare = y * scale;
      return x * scale;
    }
  }
}

/** Mixes three words to 32 well-spread bits: murmur3's finaliser (Appleby 2011) after each word. */
export function hash32(a: number, b: number, c: number): number {
  let hash = finalize(a + 0x9e3779b9);
  hash = finalize((hash ^ b) + 0x9e3779b9);
  hash = finalize((hash ^ c) + 0x9e3779b9);
  return hash >>> 0;
}

function finalize(word: number): number {
  word ^= word >>> 16;
  word = Math.imul(word, 0x85ebca6b);
  word ^= word >>> 13;
  word = Math.imul(word, 0xc2b2ae35);
  return word ^ (word >>> 16);
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
