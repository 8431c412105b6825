// YᵀY of Y [rows, dimensions] as partial sums over fixed parts of the rows, so that the sum does not depend on the threads.

struct GramArguments {
  Array<const float> matrix;
  Number rows;
  Number dimensions;
  /** [parts, dimensions, dimensions], zeros; the upper triangles are written. */
  Array<float> sums;
  Number parts;
};

static void gram(const Run& run, const GramArguments& in) {
  const int rows = in.rows, d = in.dimensions, parts = in.parts;
  for (int part, end; run.take(parts, 1, &part, &end);) {
    float* sum = in.sums + (size_t)part * d * d;
    const int first = (int64_t)rows * part / parts, last = (int64_t)rows * (part + 1) / parts;
    for (int row = first; row < last && !run.cancelled(); row += 64)
      addOuterProducts<false>(in.matrix + (size_t)row * d, d, smaller(64, last - row), d, sum, d);
  }
}
