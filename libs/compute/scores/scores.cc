// Dense scores of a batch of queries for the whole catalogue.

struct ScoresByFactorsArguments {
  /** [queryCount, dimensions] */
  Array<const float> queries;
  Number queryCount;
  /** [itemCount, dimensions] */
  Array<const float> items;
  Number itemCount;
  Number dimensions;
  /** [queryCount, itemCount] */
  Array<float> scores;
};

/** Products of 4 queries with 4 items; past the last one the last stands in. */
INLINE void scoreTile(const float* const* queries, const float* const* items, int d, Four* scores) {
  Vector sums[4][4];
  for (int a = 0; a < 4; a++)
    for (int b = 0; b < 4; b++) sums[a][b] = broadcast(0);
  int k = 0;
  for (; k + WIDTH <= d; k += WIDTH) {
    Vector item[4];
    for (int b = 0; b < 4; b++) item[b] = load(items[b] + k);
    for (int a = 0; a < 4; a++) {
      Vector query = load(queries[a] + k);
      for (int b = 0; b < 4; b++) sums[a][b] = multiplyAdd(query, item[b], sums[a][b]);
    }
  }
  for (int a = 0; a < 4; a++) {
    scores[a] = sumsOf(sums[a][0], sums[a][1], sums[a][2], sums[a][3]);
    for (int rest = k; rest < d; rest++)
      for (int b = 0; b < 4; b++) scores[a][b] += queries[a][rest] * items[b][rest];
  }
}

static void scores_by_factors(const Run& run, const ScoresByFactorsArguments& in) {
  enum { ITEMS = 256 };
  const int queryCount = in.queryCount, itemCount = in.itemCount, d = in.dimensions;
  for (int start, end; run.take(itemCount, ITEMS, &start, &end);)
    for (int query = 0; query < queryCount && !run.cancelled(); query += 4) {
      const float* queries[4];
      for (int a = 0; a < 4; a++) queries[a] = in.queries + (size_t)smaller(query + a, queryCount - 1) * d;
      for (int item = start; item < end; item += 4) {
        const float* items[4];
        for (int b = 0; b < 4; b++) items[b] = in.items + (size_t)smaller(item + b, itemCount - 1) * d;
        Four scores[4];
        scoreTile(queries, items, d, scores);
        for (int a = 0; a < 4 && query + a < queryCount; a++)
          for (int b = 0; b < 4 && item + b < end; b++) in.scores[(size_t)(query + a) * itemCount + item + b] = scores[a][b];
      }
    }
}

struct ScoresBySimilarityArguments {
  Number queryCount;
  Number columns;
  Array<const uint32_t> historyOffsets;
  Array<const uint32_t> historyIndices;
  /** Null for 1 throughout, as below. */
  Array<const float> historyValues;
  Array<const uint32_t> offsets;
  Array<const uint32_t> indices;
  Array<const float> values;
  /** [queryCount, columns] */
  Array<float> scores;
};

static void scores_by_similarity(const Run& run, const ScoresBySimilarityArguments& in) {
  const int columns = in.columns;
  const float *historyValues = in.historyValues, *values = in.values;
  for (int query, end; run.take(in.queryCount, 1, &query, &end);) {
    float* scores = in.scores + (size_t)query * columns;
    fill(scores, 0, columns);
    for (uint32_t a = in.historyOffsets[query]; a < in.historyOffsets[query + 1]; a++) {
      if (a % 256 == 0 && run.cancelled()) return;
      const uint32_t item = in.historyIndices[a];
      const float factor = historyValues ? historyValues[a] : 1.0f;
      for (uint32_t b = in.offsets[item]; b < in.offsets[item + 1]; b++)
        scores[in.indices[b]] += factor * (values ? values[b] : 1.0f);
    }
  }
}
