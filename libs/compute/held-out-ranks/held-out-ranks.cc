// Counts, for each held-out item, the candidates that score higher and those that score the same.

struct HeldOutRanksArguments {
  Number queryCount;
  Number itemCount;
  /** [queryCount, itemCount] */
  Array<const float> scores;
  Array<const uint32_t> heldOutOffsets;
  Array<const uint32_t> heldOutIndices;
  /** Both null when nothing is left out. */
  Array<const uint32_t> excludedOffsets;
  Array<const uint32_t> excludedIndices;
  /** Beside heldOutIndices. */
  Array<uint32_t> above;
  Array<uint32_t> tied;
};

INLINE float lowestIfNaN(float score) { return score == score ? score : -__builtin_inff(); }

/** Adds the number of scores above `threshold`, and of those equal to it. */
INLINE void countAgainst(float threshold, const float* scores, int count, uint32_t* above, uint32_t* equal) {
  Vector limit = broadcast(threshold), lowest = broadcast(-__builtin_inff());
  Integers higher = {}, same = {};
  int item = 0;
  for (; item + WIDTH <= count; item += WIDTH) {
    Vector score = load(scores + item);
    score = score == score ? score : lowest;
    higher -= score > limit;
    same -= score == limit;
  }
  for (int lane = 0; lane < WIDTH; lane++) *above += higher[lane], *equal += same[lane];
  for (; item < count; item++) {
    const float score = lowestIfNaN(scores[item]);
    *above += score > threshold;
    *equal += score == threshold;
  }
}

static void held_out_ranks(const Run& run, const HeldOutRanksArguments& in) {
  const int itemCount = in.itemCount;
  const uint32_t* excludedOffsets = in.excludedOffsets;
  for (int query, end; run.take(in.queryCount, 1, &query, &end);) {
    const float* scores = in.scores + (size_t)query * itemCount;
    const uint32_t start = in.heldOutOffsets[query], stop = in.heldOutOffsets[query + 1];
    for (uint32_t position = start; position < stop; position++) {
      if (run.cancelled()) return;
      const float threshold = lowestIfNaN(scores[in.heldOutIndices[position]]);
      uint32_t above = 0, equal = 0;
      countAgainst(threshold, scores, itemCount, &above, &equal);
      if (excludedOffsets)
        for (uint32_t e = excludedOffsets[query]; e < excludedOffsets[query + 1]; e++) {
          const uint32_t item = in.excludedIndices[e];
          if (findIn(in.heldOutIndices + start, stop - start, item) >= 0) continue;
          const float score = lowestIfNaN(scores[item]);
          above -= score > threshold;
          equal -= score == threshold;
        }
      in.above[position] = above;
      in.tied[position] = equal - 1;
    }
  }
}
