// XᵀX of sparse X as a dense matrix, row by row: row i is the sum of the rows of X that hold column i.

struct SparseGramArguments {
  Number columns;
  Array<const uint32_t> offsets;
  Array<const uint32_t> indices;
  /** Null for 1 throughout. */
  Array<const float> values;
  /** Xᵀ likewise. */
  Array<const uint32_t> transposedOffsets;
  Array<const uint32_t> transposedIndices;
  Array<const float> transposedValues;
  /** [columns, columns], zeros. */
  Array<float> gram;
};

static void sparse_gram(const Run& run, const SparseGramArguments& in) {
  const int columns = in.columns;
  const float *values = in.values, *transposedValues = in.transposedValues;
  for (int start, end; run.take(columns, 4, &start, &end);)
    for (int column = start; column < end; column++) {
      float* out = in.gram + (size_t)column * columns;
      for (uint32_t a = in.transposedOffsets[column]; a < in.transposedOffsets[column + 1]; a++) {
        if (a % 256 == 0 && run.cancelled()) return;
        const uint32_t row = in.transposedIndices[a];
        const float factor = values ? transposedValues[a] : 1.0f;
        for (uint32_t b = in.offsets[row]; b < in.offsets[row + 1]; b++)
          out[in.indices[b]] += factor * (values ? values[b] : 1.0f);
      }
    }
}
