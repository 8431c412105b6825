// One stratum of an epoch of BPR: block b of the users meets block (b + stratum) of the items, so that threads share no row.

enum { PAIRWISE_BLOCKS = 8, NEGATIVE_TRIES = 8 };

struct PairwiseSgdArguments {
  Array<const uint32_t> offsets;
  Array<const uint32_t> indices;
  Array<float> users;
  Array<float> items;
  Number dimensions;
  Number learningRate;
  Number regularization;
  Number seed;
  Number epoch;
  Number stratum;
  /** [users]: users by block. */
  Array<const uint32_t> usersByBlock;
  /** [blocks + 1] */
  Array<const uint32_t> userBlockOffsets;
  /** [items] */
  Array<const uint8_t> blockOfItem;
  /** [items]: items by block, ascending within. */
  Array<const uint32_t> itemsByBlock;
  /** [blocks + 1] */
  Array<const uint32_t> itemBlockOffsets;
};

/** p += η (g (q − r) − λ p), q += η (g p − λ q), r += η (−g p − λ r), with p from before. */
INLINE void moveTriple(float* p, float* q, float* r, int d, float rate, float gradient, float regularization) {
  const float keep = 1 - rate * regularization, step = rate * gradient;
  Vector k = broadcast(keep), s = broadcast(step);
  int i = 0;
  for (; i + WIDTH <= d; i += WIDTH) {
    Vector user = load(p + i), positive = load(q + i), negative = load(r + i);
    store(p + i, multiplyAdd(s, positive - negative, k * user));
    store(q + i, multiplyAdd(s, user, k * positive));
    store(r + i, k * negative - s * user);
  }
  for (; i < d; i++) {
    const float user = p[i], positive = q[i], negative = r[i];
    p[i] = keep * user + step * (positive - negative);
    q[i] = keep * positive + step * user;
    r[i] = keep * negative - step * user;
  }
}

static void pairwise_sgd(const Run& run, const PairwiseSgdArguments& in) {
  const int d = in.dimensions;
  const uint32_t seed = in.seed, epoch = in.epoch;
  for (int block, end; run.take(PAIRWISE_BLOCKS, 1, &block, &end);) {
    const int itemBlock = (block + (int)in.stratum) % PAIRWISE_BLOCKS;
    const uint32_t* members = in.itemsByBlock + in.itemBlockOffsets[itemBlock];
    const uint32_t memberCount = in.itemBlockOffsets[itemBlock + 1] - in.itemBlockOffsets[itemBlock];
    for (uint32_t at = in.userBlockOffsets[block]; at < in.userBlockOffsets[block + 1]; at++) {
      const uint32_t user = in.usersByBlock[at], start = in.offsets[user], stop = in.offsets[user + 1];
      float* p = in.users + (size_t)user * d;
      for (uint32_t position = start; position < stop; position++) {
        if (position % 4096 == 0 && run.cancelled()) return;
        const uint32_t item = in.indices[position];
        if (in.blockOfItem[item] != itemBlock) continue;
        for (int attempt = 0; attempt < NEGATIVE_TRIES; attempt++) {
          const uint32_t draw = hash32(seed + attempt, epoch, position);
          const uint32_t negative = members[((uint64_t)draw * memberCount) >> 32];
          if (findIn(in.indices + start, stop - start, negative) >= 0) continue;
          float *q = in.items + (size_t)item * d, *r = in.items + (size_t)negative * d;
          const float margin = dot(p, q, d) - dot(p, r, d);
          moveTriple(p, q, r, d, in.learningRate, 1 / (1 + exponential(margin)), in.regularization);
          break;
        }
      }
    }
  }
}
