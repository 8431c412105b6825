// Softmax cross-entropy over a table, with its gradients, for a chunk of rows at a time: first row by row (logits,
// probabilities, ∂q), then column by column (∂t), so that no two threads write one cell and sums have a fixed order. The
// chunk's probabilities lie in panels of columns, [panels, chunk rows, SOFTMAX_PANEL].

enum { SOFTMAX_PANEL = 64, SOFTMAX_ROWS = 24, SOFTMAX_COLUMNS = 16 };

struct PackTableArguments {
  Array<const float> table;
  Number columns;
  Number dimensions;
  /** [panels, dimensions, SOFTMAX_PANEL]: the table transposed panel by panel, zeros past its end. */
  Array<float> packed;
};

static void pack_table(const Run& run, const PackTableArguments& in) {
  const int columns = in.columns, d = in.dimensions;
  const int panels = (columns + SOFTMAX_PANEL - 1) / SOFTMAX_PANEL;
  for (int panel, end; run.take(panels, 1, &panel, &end);)
    for (int j = 0; j < SOFTMAX_PANEL; j++) {
      const int column = panel * SOFTMAX_PANEL + j;
      const float* from = in.table + (size_t)column * d;
      float* to = in.packed + (size_t)panel * d * SOFTMAX_PANEL + j;
      for (int k = 0; k < d; k++) to[(size_t)k * SOFTMAX_PANEL] = column < columns ? from[k] : 0;
    }
}

struct SoftmaxArguments {
  Array<const float> queries;
  Array<const float> table;
  Array<const float> packed;
  Number columns;
  Number dimensions;
  Array<const uint32_t> targets;
  /** [panels, SOFTMAX_PANEL], −∞ past the last column. */
  Array<const float> biases;
  /** Rows of the whole loss, by which gradients are divided. */
  Number rows;
  Number firstRow;
  /** Rows of this chunk. */
  Number count;
  Array<float> probabilities;
  /** [rows]: Σ exp (logit − greatest) */
  Array<float> sums;
  /** [rows]: greatest − target's logit */
  Array<float> margins;
  Array<float> queryGradients;
  Array<float> tableGradients;
};

/** Adds the biases to a row's logits; returns the greatest. Panels lie `step` apart. */
INLINE float addBiases(float* logits, const float* biases, int panels, size_t step) {
  Vector greatest = broadcast(-3e38f);
  for (int panel = 0; panel < panels; panel++)
    for (int k = 0; k < SOFTMAX_PANEL; k += WIDTH) {
      float* at = logits + panel * step + k;
      Vector logit = load(at) + load(biases + panel * SOFTMAX_PANEL + k);
      store(at, logit);
      greatest = largerOf(logit, greatest);
    }
  return largestOf(greatest);
}

/** Turns a row's logits into exp (logit − greatest), exactly 0 where the logit is −∞; returns their sum. */
INLINE float exponentiate(float* logits, float greatest, int panels, size_t step) {
  const Vector top = broadcast(greatest), lowest = broadcast(-3.4e38f), zero = broadcast(0);
  Vector sums = zero;
  for (int panel = 0; panel < panels; panel++)
    for (int k = 0; k < SOFTMAX_PANEL; k += WIDTH) {
      float* at = logits + panel * step + k;
      Vector logit = load(at);
      Vector value = logit > lowest ? exponentials(logit - top) : zero;
      store(at, value);
      sums += value;
    }
  return sumOf(sums);
}

INLINE void scaleRow(float* values, float factor, int panels, size_t step) {
  const Vector scale = broadcast(factor);
  for (int panel = 0; panel < panels; panel++)
    for (int k = 0; k < SOFTMAX_PANEL; k += WIDTH) store(values + panel * step + k, scale * load(values + panel * step + k));
}

static void softmax_rows(const Run& run, const SoftmaxArguments& in) {
  const int d = in.dimensions, columns = in.columns, count = in.count, firstRow = in.firstRow;
  const int panels = (columns + SOFTMAX_PANEL - 1) / SOFTMAX_PANEL;
  const size_t step = (size_t)count * SOFTMAX_PANEL;
  const float share = 1 / (float)in.rows;
  for (int start, end; run.take(count, SOFTMAX_ROWS, &start, &end);) {
    const int rows = end - start;
    const float* queries = in.queries + (size_t)(firstRow + start) * d;
    float* chunk = in.probabilities + (size_t)start * SOFTMAX_PANEL;
    for (int panel = 0; panel < panels; panel++)
      product<Store::REPLACE>(queries, rows, d, in.packed + (size_t)panel * d * SOFTMAX_PANEL, SOFTMAX_PANEL, d,
                              chunk + panel * step, SOFTMAX_PANEL, SOFTMAX_PANEL);
    for (int i = 0; i < rows; i++) {
      if (run.cancelled()) return;
      float* row = chunk + i * SOFTMAX_PANEL;
      const uint32_t target = in.targets[firstRow + start + i];
      float* cell = row + target / SOFTMAX_PANEL * step + target % SOFTMAX_PANEL;
      const float greatest = addBiases(row, in.biases, panels, step);
      in.margins[firstRow + start + i] = greatest - *cell;
      const float sum = exponentiate(row, greatest, panels, step);
      in.sums[firstRow + start + i] = sum;
      scaleRow(row, share / sum, panels, step);
      *cell -= share;
    }
    float* gradients = in.queryGradients + (size_t)(firstRow + start) * d;
    fill(gradients, 0, (size_t)rows * d);
    for (int panel = 0; panel < panels; panel++) {
      const int first = panel * SOFTMAX_PANEL;
      product<Store::ADD>(chunk + panel * step, rows, SOFTMAX_PANEL, in.table + (size_t)first * d, d,
                          smaller(SOFTMAX_PANEL, columns - first), gradients, d, d);
    }
  }
}

/** Adds the chunk's part to ∂t, some columns at a time; the first chunk starts it from zero. */
static void softmax_columns(const Run& run, const SoftmaxArguments& in) {
  enum { ROWS = 64 };
  const int d = in.dimensions, columns = in.columns, count = in.count, firstRow = in.firstRow;
  float* last = Scratch(run).take<float>((size_t)SOFTMAX_COLUMNS * d);
  for (int start, end; run.take(columns, SOFTMAX_COLUMNS, &start, &end);) {
    const size_t panel = start / SOFTMAX_PANEL;
    const float* chunk = in.probabilities + panel * count * SOFTMAX_PANEL + start % SOFTMAX_PANEL;
    float* gradients = in.tableGradients + (size_t)start * d;
    const size_t length = (size_t)(end - start) * d;
    // Tiles are whole, so the table's last columns are summed beside it.
    const bool whole = end - start == SOFTMAX_COLUMNS;
    float* sums = whole ? gradients : last;
    if (!whole) copy(last, gradients, length);
    if (firstRow == 0) fill(sums, 0, length);
    for (int row = 0; row < count; row += ROWS)
      addTransposedProduct(chunk + (size_t)row * SOFTMAX_PANEL, SOFTMAX_COLUMNS, SOFTMAX_PANEL,
                           in.queries + (size_t)(firstRow + row) * d, d, smaller(ROWS, count - row), sums, d, d);
    if (!whole) copy(gradients, last, length);
  }
}
