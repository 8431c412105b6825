// One step of a batch over two embedding tables: each position's gradients first, then Adam row by row, where a row sums its
// positions in the order of the batch.

struct EmbeddingGradientsArguments {
  Array<const float> users;
  Array<const float> items;
  Number dimensions;
  Number batch;
  Array<const uint32_t> userIds;
  Array<const uint32_t> itemIds;
  /** [batch]; null for the rating objective. */
  Array<const uint32_t> negativeIds;
  /** [batch]; null for the pairwise objective, as below. */
  Array<const float> labels;
  Array<const float> head;
  Number squaredNormMin;
  /** [batch, dimensions] */
  Array<float> userGradients;
  /** [batch, dimensions]; a negative's is the same with the other sign. */
  Array<float> itemGradients;
  /** [batch]: rating: prediction − label; pairwise: loss. */
  Array<float> errors;
  /** [batch] */
  Array<float> cosines;
};

INLINE void rateGradients(const EmbeddingGradientsArguments& in, int n, float* userGradient, float* itemGradient) {
  const int d = in.dimensions;
  const float* u = in.users + (size_t)in.userIds[n] * d;
  const float* i = in.items + (size_t)in.itemIds[n] * d;
  Vector ui = broadcast(0), uu = ui, ii = ui;
  for (int k = 0; k < d; k += WIDTH) {
    Vector a = load(u + k), b = load(i + k);
    ui = multiplyAdd(a, b, ui);
    uu = multiplyAdd(a, a, uu);
    ii = multiplyAdd(b, b, ii);
  }
  const float least = in.squaredNormMin, userSquare = sumOf(uu), itemSquare = sumOf(ii);
  const float userScale = 1 / squareRoot(userSquare > least ? userSquare : least);
  const float itemScale = 1 / squareRoot(itemSquare > least ? itemSquare : least);
  const float cosine = sumOf(ui) * userScale * itemScale;
  const float error = in.head[0] * cosine + in.head[1] - in.labels[n];
  in.errors[n] = error;
  in.cosines[n] = cosine;
  const float slope = 2 * error * in.head[0] / (float)in.batch;
  // Where the norm is held at its least value it has no slope.
  const Vector across = broadcast(slope * userScale * itemScale);
  const Vector userBend = broadcast(userSquare < least ? 0 : -slope * cosine * userScale * userScale);
  const Vector itemBend = broadcast(itemSquare < least ? 0 : -slope * cosine * itemScale * itemScale);
  for (int k = 0; k < d; k += WIDTH) {
    Vector a = load(u + k), b = load(i + k);
    store(userGradient + k, across * b + userBend * a);
    store(itemGradient + k, across * a + itemBend * b);
  }
}

INLINE void rankGradients(const EmbeddingGradientsArguments& in, int n, float* userGradient, float* itemGradient) {
  const int d = in.dimensions;
  const float* u = in.users + (size_t)in.userIds[n] * d;
  const float* i = in.items + (size_t)in.itemIds[n] * d;
  const float* j = in.items + (size_t)in.negativeIds[n] * d;
  Vector sums = broadcast(0);
  for (int k = 0; k < d; k += WIDTH) sums = multiplyAdd(load(u + k), load(i + k) - load(j + k), sums);
  const float margin = sumOf(sums);
  in.errors[n] = (margin < 0 ? -margin : 0) + logarithm(1 + exponential(-absolute(margin)));
  const Vector slope = broadcast(-1 / (1 + exponential(margin)) / (float)in.batch);
  for (int k = 0; k < d; k += WIDTH) {
    store(userGradient + k, slope * (load(i + k) - load(j + k)));
    store(itemGradient + k, slope * load(u + k));
  }
}

static void embedding_gradients(const Run& run, const EmbeddingGradientsArguments& in) {
  const int d = in.dimensions;
  const uint32_t* negatives = in.negativeIds;
  for (int start, end; run.take(in.batch, 64, &start, &end);)
    for (int n = start; n < end; n++) {
      float *userGradient = in.userGradients + (size_t)n * d, *itemGradient = in.itemGradients + (size_t)n * d;
      if (negatives) rankGradients(in, n, userGradient, itemGradient);
      else rateGradients(in, n, userGradient, itemGradient);
    }
}

struct EmbeddingAdamArguments {
  Array<float> values;
  Array<float> first;
  Array<float> second;
  /** Of the table. */
  Number rows;
  Number dimensions;
  /** [groups]: rows that the batch names, ascending. */
  Array<const uint32_t> touched;
  Number groups;
  /** [groups + 1] */
  Array<const uint32_t> offsets;
  /** Positions from `batch` on are negatives. */
  Array<const uint32_t> positions;
  Number batch;
  /** [batch, dimensions] */
  Array<const float> gradients;
  Number isDense;
  Number learningRate;
  Number firstDecay;
  Number secondDecay;
  Number epsilon;
  /** 1 − β₁ᵗ and 1 − β₂ᵗ */
  Number firstCorrection;
  Number secondCorrection;
};

INLINE void sumGradients(const EmbeddingAdamArguments& in, int group, float* sum) {
  const int d = in.dimensions;
  const uint32_t batch = in.batch;
  fill(sum, 0, d);
  for (uint32_t at = in.offsets[group]; at < in.offsets[group + 1]; at++) {
    const uint32_t position = in.positions[at];
    const bool isNegative = position >= batch;
    const float* gradient = in.gradients + (size_t)(isNegative ? position - batch : position) * d;
    addScaled(sum, isNegative ? -1.0f : 1.0f, gradient, d);
  }
}

/** Moves one row against its gradient. */
INLINE void moveRow(const EmbeddingAdamArguments& in, size_t row, const float* gradient) {
  const int d = in.dimensions;
  float *values = in.values + row * d, *first = in.first + row * d, *second = in.second + row * d;
  const double firstDecay = in.firstDecay, secondDecay = in.secondDecay;
  const Vector keepFirst = broadcast(firstDecay), takeFirst = broadcast(1 - firstDecay);
  const Vector keepSecond = broadcast(secondDecay), takeSecond = broadcast(1 - secondDecay);
  const Vector firstCorrection = broadcast(in.firstCorrection), secondCorrection = broadcast(in.secondCorrection);
  const Vector epsilon = broadcast(in.epsilon), rate = broadcast(in.learningRate);
  for (int k = 0; k < d; k += WIDTH) {
    const Vector slope = load(gradient + k);
    const Vector m = keepFirst * load(first + k) + takeFirst * slope;
    const Vector v = keepSecond * load(second + k) + takeSecond * (slope * slope);
    store(first + k, m);
    store(second + k, v);
    store(values + k, load(values + k) - rate * (m / firstCorrection) / (squareRoots(v / secondCorrection) + epsilon));
  }
}

/** Pieces are the table's rows when dense, else the groups. */
static void embedding_adam(const Run& run, const EmbeddingAdamArguments& in) {
  const int groups = in.groups;
  const bool isDense = (int)in.isDense != 0;
  float* sum = Scratch(run).take<float>((int)in.dimensions);
  for (int start, end; run.take(isDense ? (int)in.rows : groups, 32, &start, &end);) {
    int group = isDense ? firstNotBelow(in.touched, groups, start) : start;
    for (int piece = start; piece < end; piece++) {
      const size_t row = isDense ? piece : in.touched[piece];
      if (group < groups && in.touched[group] == row) sumGradients(in, group++, sum);
      else fill(sum, 0, (int)in.dimensions);
      moveRow(in, row, sum);
    }
  }
}
