// SLIM: each column of X explained by few others, column by column. XᵀX w is kept up to date, so that a weight which stays as it was
// costs one comparison; after the first pass only weights that are not zero are visited, until they rest.

struct ElasticNetArguments {
  /** [size, size] */
  Array<const float> gram;
  Number size;
  Number l1;
  Number l2;
  Number sweeps;
  Number tolerance;
  Number limit;
  KeptArguments kept;
};

/** One column under way. */
struct ElasticNetColumn {
  const float* gram;
  int size;
  int column;
  float l1, l2;
  /** [size]: w, and XᵀX w. */
  float *weights, *explained;
};

/** Sets weight i to its best value with the others as they are; returns how far it moved. */
INLINE float moveWeight(const ElasticNetColumn& in, int i) {
  const float* row = in.gram + (size_t)i * in.size;
  const float unexplained = in.gram[(size_t)in.column * in.size + i] - in.explained[i] + row[i] * in.weights[i];
  const float moved = unexplained > in.l1 ? (unexplained - in.l1) / (row[i] + in.l2) : 0;
  const float change = moved - in.weights[i];
  if (change == 0) return 0;
  in.weights[i] = moved;
  addScaled(in.explained, change, row, in.size);
  return absolute(change);
}

/** One pass; over all weights, or over those that are not zero. Returns the largest move, or −1 when cancelled. */
INLINE float passOverWeights(const Run& run, const ElasticNetColumn& in, bool onlyActive) {
  float largest = 0;
  for (int i = 0; i < in.size; i++) {
    if (i % 512 == 0 && run.cancelled()) return -1;
    if (i == in.column || (onlyActive && in.weights[i] == 0)) continue;
    const float move = moveWeight(in, i);
    if (move > largest) largest = move;
  }
  return largest;
}

static void elastic_net(const Run& run, const ElasticNetArguments& in) {
  const int size = in.size, limit = in.limit, sweeps = in.sweeps;
  const float tolerance = in.tolerance;
  Scratch scratch(run);
  float *weights = scratch.take<float>(size), *explained = scratch.take<float>(size);
  for (int column, end; run.take(size, 1, &column, &end);) {
    fill(weights, 0, size);
    fill(explained, 0, size);
    const ElasticNetColumn state = {in.gram, size, column, in.l1, in.l2, weights, explained};
    bool onlyActive = false;
    for (int sweep = 0; sweep < sweeps; sweep++) {
      const float largest = passOverWeights(run, state, onlyActive);
      if (largest < 0) return;
      // At rest: unless all weights were visited just now, one of the zeros may want to move.
      if (largest <= tolerance && !onlyActive) break;
      onlyActive = largest > tolerance;
    }
    Best best{in.kept.values + (size_t)column * limit, in.kept.indices + (size_t)column * limit, limit};
    for (int i = 0; i < size; i++)
      if (weights[i] > 0) best.offer(weights[i], i);
    sortByIndex(best.indices, best.keys, best.count);
    in.kept.counts[column] = best.count;
  }
}
