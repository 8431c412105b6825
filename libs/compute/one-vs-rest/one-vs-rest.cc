// A linear classifier of each class against all others, by dual coordinate descent. Sixteen classes are learnt side by side: their
// weights for a feature share a cache line, and a row's features are gone through once for all of them.

enum { CLASSES_OF_BLOCK = 16, BLOCK_VECTORS = CLASSES_OF_BLOCK / WIDTH, NEWTON_STEPS = 6 };

struct OneVsRestArguments {
  Number rows;
  Number columns;
  Array<const uint32_t> offsets;
  Array<const uint32_t> indices;
  Array<const float> values;
  /** [rows]: ‖x‖² + 1 */
  Array<const float> squares;
  Array<const uint32_t> labelOffsets;
  Array<const uint32_t> labels;
  /** [rows] */
  Array<const uint32_t> order;
  Number isLogistic;
  Number cost;
  Number tolerance;
  /** [blocks, columns + 1, CLASSES_OF_BLOCK] */
  Array<float> weights;
  /** [blocks, rows, CLASSES_OF_BLOCK] */
  Array<float> duals;
  /** [blocks] */
  Array<float> moves;
  Number blocks;
};

/** A row's features. */
struct SparseRow {
  const uint32_t* indices;
  const float* values;
  int length;
};

/** w·x of the classes of a block. */
INLINE void marginsOf(const SparseRow& row, const float* weights, const float* bias, Vector* margins) {
  // So many sums that one need not wait for the one before.
  enum { SUMS = BLOCK_VECTORS >= 4 ? 1 : 4 / BLOCK_VECTORS };
  Vector sums[SUMS][BLOCK_VECTORS];
  for (int s = 0; s < SUMS; s++)
    for (int v = 0; v < BLOCK_VECTORS; v++) sums[s][v] = s == 0 ? load(bias + v * WIDTH) : broadcast(0);
  int at = 0;
  for (; at + SUMS <= row.length; at += SUMS)
    for (int s = 0; s < SUMS; s++) {
      const float* line = weights + (size_t)row.indices[at + s] * CLASSES_OF_BLOCK;
      const Vector value = broadcast(row.values[at + s]);
      for (int v = 0; v < BLOCK_VECTORS; v++) sums[s][v] = multiplyAdd(value, load(line + v * WIDTH), sums[s][v]);
    }
  for (; at < row.length; at++) {
    const float* line = weights + (size_t)row.indices[at] * CLASSES_OF_BLOCK;
    const Vector value = broadcast(row.values[at]);
    for (int v = 0; v < BLOCK_VECTORS; v++) sums[0][v] = multiplyAdd(value, load(line + v * WIDTH), sums[0][v]);
  }
  for (int v = 0; v < BLOCK_VECTORS; v++) {
    margins[v] = sums[0][v];
    for (int s = 1; s < SUMS; s++) margins[v] += sums[s][v];
  }
}

/** w += moves · x, and the bias with it. */
INLINE void moveWeights(const SparseRow& row, const Vector* moves, float* weights, float* bias) {
  for (int at = 0; at < row.length; at++) {
    float* line = weights + (size_t)row.indices[at] * CLASSES_OF_BLOCK;
    const Vector value = broadcast(row.values[at]);
    for (int v = 0; v < BLOCK_VECTORS; v++) store(line + v * WIDTH, multiplyAdd(value, moves[v], load(line + v * WIDTH)));
  }
  for (int v = 0; v < BLOCK_VECTORS; v++) store(bias + v * WIDTH, load(bias + v * WIDTH) + moves[v]);
}

/** See `squaredHingeDual` of the reference. */
INLINE Vector squaredHingeDual(Vector margin, float square, Vector dual, float cost) {
  const float diagonal = 1 / (2 * cost);
  return largerOf(broadcast(0), dual - (margin - 1 + diagonal * dual) / broadcast(square + diagonal));
}

/** See `logisticDual` of the reference. */
INLINE Vector logisticDual(Vector margin, float square, Vector dual, float cost) {
  const Vector zero = broadcast(0), lowest = -margin - square * (cost - dual), highest = -margin + square * dual;
  Vector u = lowest + highest < 0 ? -largerOf(zero, -highest) : largerOf(zero, lowest);
  for (int step = 0; step < NEWTON_STEPS; step++) {
    const Vector share = 1 / (1 + exponentials(-u));
    const Vector error = u + margin + square * (cost * share - dual);
    u -= error / (1 + square * cost * share * (1 - share));
  }
  return cost / (1 + exponentials(-u));
}

/** 1 where the row has the class, −1 elsewhere. */
INLINE void signsOf(const OneVsRestArguments& in, int row, int block, float* signs) {
  fill(signs, -1, CLASSES_OF_BLOCK);
  for (uint32_t at = in.labelOffsets[row]; at < in.labelOffsets[row + 1]; at++)
    if ((int)(in.labels[at] / CLASSES_OF_BLOCK) == block) signs[in.labels[at] % CLASSES_OF_BLOCK] = 1;
}

/** Brings the row's α of a block's classes to their best; returns by how much they moved at most. */
INLINE Vector visitRow(const OneVsRestArguments& in, int row, int block, float* weights, float* duals) {
  const SparseRow x = {in.indices + in.offsets[row], in.values + in.offsets[row], (int)(in.offsets[row + 1] - in.offsets[row])};
  float* bias = weights + (size_t)(int)in.columns * CLASSES_OF_BLOCK;
  const float square = in.squares[row], cost = in.cost;
  float signs[CLASSES_OF_BLOCK];
  signsOf(in, row, block, signs);
  Vector moves[BLOCK_VECTORS], largest = broadcast(0);
  marginsOf(x, weights, bias, moves);
  for (int v = 0; v < BLOCK_VECTORS; v++) {
    float* at = duals + v * WIDTH;
    const Vector sign = load(signs + v * WIDTH), margin = sign * moves[v], dual = load(at);
    const Vector best = (int)in.isLogistic ? logisticDual(margin, square, dual, cost) : squaredHingeDual(margin, square, dual, cost);
    store(at, best);
    moves[v] = sign * (best - dual);
    largest = largerOf(largest, largerOf(moves[v], -moves[v]));
  }
  moveWeights(x, moves, weights, bias);
  return largest;
}

static void one_vs_rest_pass(const Run& run, const OneVsRestArguments& in) {
  const int rows = in.rows, columns = in.columns;
  for (int block, end; run.take(in.blocks, 1, &block, &end);) {
    if (in.moves[block] <= (float)in.tolerance) continue;
    float* weights = in.weights + (size_t)block * (columns + 1) * CLASSES_OF_BLOCK;
    float* duals = in.duals + (size_t)block * rows * CLASSES_OF_BLOCK;
    Vector largest = broadcast(0);
    for (int at = 0; at < rows; at++) {
      if (run.cancelled()) return;
      const int row = in.order[at];
      largest = largerOf(largest, visitRow(in, row, block, weights, duals + (size_t)row * CLASSES_OF_BLOCK));
    }
    in.moves[block] = largestOf(largest) / (float)in.cost;
  }
}
