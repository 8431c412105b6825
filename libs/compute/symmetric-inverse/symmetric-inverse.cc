// The inverse of a symmetric positive definite matrix A by the sweep operator (Goodnight 1979), a block K of pivots at a time:
//
//   A_KK ← −A_KK⁻¹,  A_iK ← A_iK A_KK⁻¹,  A_ij ← A_ij − A_iK A_KK⁻¹ A_Kj
//
// which leaves −A⁻¹ once every block was swept. Only the upper triangle is kept up on the way. Rows are padded to `stride`.

enum { PIVOTS = 128, INVERSE_TILE = 192 };

struct InverseArguments {
  /** [size, stride], stride a multiple of 16. */
  Array<float> matrix;
  Number size;
  Number stride;
  /** First pivot of the block. */
  Number first;
  /** Pivots in the block, up to PIVOTS. */
  Number pivots;
  /** [PIVOTS, PIVOTS]: A_KK⁻¹. */
  Array<float> pivotInverse;
  /** [PIVOTS, stride]: A_Ki, row k for pivot k. */
  Array<float> across;
  /** [size, PIVOTS]: A_iK A_KK⁻¹. */
  Array<float> down;
  /** [1]: set to 1 when a pivot is not positive. */
  Array<int32_t> failed;
};

/** Inverts the pivots' own block in double precision. */
static void inverse_pivot(const Run& run, const InverseArguments& in) {
  int start, end;
  if (!run.take(1, 1, &start, &end)) return;
  const int first = in.first, count = in.pivots;
  const size_t stride = (int)in.stride;
  double* block = Scratch(run).take<double>((size_t)count * count);
  for (int i = 0; i < count; i++)
    for (int j = i; j < count; j++)
      block[i * count + j] = block[j * count + i] = in.matrix[(first + i) * stride + first + j];
  for (int k = 0; k < count; k++) {
    const double pivot = block[k * count + k];
    if (!(pivot > 0)) {
      in.failed[0] = 1;
      return;
    }
    block[k * count + k] = 1;
    for (int j = 0; j < count; j++) block[k * count + j] /= pivot;
    for (int i = 0; i < count; i++) {
      if (i == k) continue;
      const double factor = block[i * count + k];
      block[i * count + k] = 0;
      for (int j = 0; j < count; j++) block[i * count + j] -= factor * block[k * count + j];
    }
  }
  for (int i = 0; i < PIVOTS; i++)
    for (int j = 0; j < PIVOTS; j++)
      in.pivotInverse[i * PIVOTS + j] = i < count && j < count ? (float)block[i * count + j] : 0;
}

/** Copies the pivots' rows and columns out, and multiplies them by the inverse of their block. */
static void inverse_panel(const Run& run, const InverseArguments& in) {
  const int size = in.size, first = in.first, count = in.pivots;
  const size_t stride = (int)in.stride;
  float* rows = Scratch(run).take<float>((size_t)64 * PIVOTS);
  for (int start, end; run.take(size, 64, &start, &end);) {
    for (int i = start; i < end; i++)
      for (int k = 0; k < PIVOTS; k++) {
        const int pivot = first + k;
        const float value =
            k >= count ? 0 : i < pivot ? in.matrix[i * stride + pivot] : in.matrix[(size_t)pivot * stride + i];
        rows[(i - start) * PIVOTS + k] = value;
        in.across[k * stride + i] = value;
      }
    product<Store::REPLACE>(rows, end - start, PIVOTS, in.pivotInverse, PIVOTS, PIVOTS, in.down + (size_t)start * PIVOTS,
                            PIVOTS, PIVOTS);
  }
}

/** Updates tiles of the upper triangle; those of the pivots' rows and columns are written anew afterwards. */
static void inverse_update(const Run& run, const InverseArguments& in) {
  const int size = in.size, first = in.first, count = in.pivots;
  const size_t stride = (int)in.stride;
  const int side = (size + INVERSE_TILE - 1) / INVERSE_TILE;
  for (int tile, end; run.take(side * side, 1, &tile, &end);) {
    const int top = tile / side * INVERSE_TILE, left = tile % side * INVERSE_TILE;
    if (left < top) continue;
    const int rows = smaller(INVERSE_TILE, size - top), columns = smaller(INVERSE_TILE, (int)stride - left);
    product<Store::SUBTRACT>(in.down + (size_t)top * PIVOTS, rows, PIVOTS, in.across + left, stride, PIVOTS,
                             in.matrix + top * stride + left, stride, columns);
    for (int i = top; i < top + rows; i++) {
      const int from = larger(left, i), to = smaller(left + columns, size);
      float* row = in.matrix + i * stride;
      if (i >= first && i < first + count)
        for (int j = from; j < to; j++) row[j] = in.down[(size_t)j * PIVOTS + i - first];
      for (int j = larger(from, first); j < smaller(to, first + count); j++)
        row[j] = i < first ? in.down[(size_t)i * PIVOTS + j - first] : -in.pivotInverse[(i - first) * PIVOTS + j - first];
    }
  }
}

/** Negates the upper triangle and copies it to the lower. */
static void inverse_mirror(const Run& run, const InverseArguments& in) {
  const int size = in.size;
  const size_t stride = (int)in.stride;
  for (int start, end; run.take(size, 16, &start, &end);)
    for (int i = start; i < end; i++)
      for (int j = i; j < size; j++) in.matrix[j * stride + i] = in.matrix[i * stride + j] = -in.matrix[i * stride + j];
}
