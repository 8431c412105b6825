// Sparse products cut to the largest entries of each row.

/** Kept entries of a row, [rows, limit] and [rows]. */
struct KeptArguments {
  Array<uint32_t> indices;
  Array<float> values;
  Array<uint32_t> counts;
};

struct TruncatedProductArguments {
  Number rows;
  Number columns;
  Array<const uint32_t> leftOffsets;
  Array<const uint32_t> leftIndices;
  /** Null for 1 throughout, as below. */
  Array<const float> leftValues;
  Array<const uint32_t> rightOffsets;
  Array<const uint32_t> rightIndices;
  Array<const float> rightValues;
  Array<const float> rowScale;
  Array<const float> columnScale;
  Number shrinkage;
  Number limit;
  Number dropDiagonal;
  KeptArguments kept;
};

static void truncated_product(const Run& run, const TruncatedProductArguments& in) {
  const int columns = in.columns, limit = in.limit;
  const float *leftValues = in.leftValues, *rightValues = in.rightValues;
  const bool dropDiagonal = (int)in.dropDiagonal != 0;
  const float shrinkage = in.shrinkage;
  Scratch scratch(run);
  float* sums = scratch.take<float>(columns);
  uint32_t* touched = scratch.take<uint32_t>(columns);
  fill(sums, 0, columns);
  for (int start, end; run.take(in.rows, 4, &start, &end);)
    for (int row = start; row < end; row++) {
      int touchedCount = 0;
      for (uint32_t a = in.leftOffsets[row]; a < in.leftOffsets[row + 1]; a++) {
        if (a % 256 == 0 && run.cancelled()) return;
        const uint32_t inner = in.leftIndices[a];
        const float factor = leftValues ? leftValues[a] : 1.0f;
        for (uint32_t b = in.rightOffsets[inner]; b < in.rightOffsets[inner + 1]; b++) {
          const uint32_t column = in.rightIndices[b];
          if (sums[column] == 0 && touchedCount < columns) touched[touchedCount++] = column;
          sums[column] += factor * (rightValues ? rightValues[b] : 1.0f);
        }
      }
      // A sum that returned to zero is on the list twice, so a full list may lack a column.
      if (touchedCount == columns)
        for (int column = 0; column < columns; column++) touched[column] = column;
      Best best{in.kept.values + (size_t)row * limit, in.kept.indices + (size_t)row * limit, limit};
      for (int t = 0; t < touchedCount; t++) {
        const uint32_t column = touched[t];
        const float value = sums[column] / (in.rowScale[row] * in.columnScale[column] + shrinkage);
        sums[column] = 0;
        if (value > 0 && !(dropDiagonal && column == (uint32_t)row)) best.offer(value, column);
      }
      sortByIndex(best.indices, best.keys, best.count);
      in.kept.counts[row] = best.count;
    }
}

struct TruncateRowsArguments {
  Array<const float> matrix;
  Number rows;
  Number columns;
  Number limit;
  KeptArguments kept;
};

static void truncate_rows(const Run& run, const TruncateRowsArguments& in) {
  const int columns = in.columns, limit = in.limit;
  for (int start, end; run.take(in.rows, 4, &start, &end);)
    for (int row = start; row < end; row++) {
      const float* from = in.matrix + (size_t)row * columns;
      Best best{in.kept.values + (size_t)row * limit, in.kept.indices + (size_t)row * limit, limit};
      for (int column = 0; column < columns; column++)
        if (from[column] != 0) best.offer(absolute(from[column]), column);
      for (int at = 0; at < best.count; at++) best.keys[at] = from[best.indices[at]];
      sortByIndex(best.indices, best.keys, best.count);
      in.kept.counts[row] = best.count;
    }
}
