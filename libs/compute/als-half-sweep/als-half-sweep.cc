// One side of iALS in the principal axes of the fixed side: there HᵀH is diagonal, so that a row's system is
//
//   A = D + Σ c_j h_j h_jᵀ,  D = α₀ Λ + λ (n + α₀ |I|)^ν I,  b = Σ c_j h_j
//
// and the part that all rows share costs d operations instead of d².

/**
 * Principal axes of a symmetric positive semidefinite matrix by one-sided Jacobi rotations (Hestenes 1958): the rows of
 * `work` become λ_i v_i, the rows of `axes` v_i. A matrix that is nearly diagonal keeps its order and takes few rotations.
 */
struct PrincipalAxesArguments {
  /** [dimensions, dimensions], overwritten. */
  Array<float> work;
  /** [dimensions, dimensions], the identity on entry; row i becomes axis i. */
  Array<float> axes;
  /** [dimensions, dimensions]: `axes` transposed, ready to multiply rows from the right. */
  Array<float> rotation;
  /** [dimensions] */
  Array<float> eigenvalues;
  Number dimensions;
};

INLINE void rotatePair(float* p, float* q, int d, float cosine, float sine) {
  Vector c = broadcast(cosine), s = broadcast(sine);
  for (int k = 0; k < d; k += WIDTH) {
    Vector a = load(p + k), b = load(q + k);
    store(p + k, c * a - s * b);
    store(q + k, s * a + c * b);
  }
}

static void principal_axes(const Run& run, const PrincipalAxesArguments& in) {
  enum { SWEEPS_MAX = 30 };
  int start, end;
  if (!run.take(1, 1, &start, &end)) return;
  const int d = in.dimensions;
  float* work = in.work;
  float* axes = in.axes;
  float* norms = Scratch(run).take<float>(d);
  bool rotated = true;
  for (int sweep = 0; rotated && sweep < SWEEPS_MAX && !run.cancelled(); sweep++) {
    rotated = false;
    float largest = 0;
    for (int i = 0; i < d; i++) {
      norms[i] = dot(work + (size_t)i * d, work + (size_t)i * d, d);
      if (norms[i] > largest) largest = norms[i];
    }
    // Below this a product of two rows is rounding: a row's error is that of the largest eigenvalue.
    const float noise = 4e-7f * squareRoot(largest);
    for (int p = 0; p < d; p++)
      for (int q = p + 1; q < d; q++) {
        float *a = work + (size_t)p * d, *b = work + (size_t)q * d;
        const float together = dot(a, b, d);
        const float longer = squareRoot(norms[p] > norms[q] ? norms[p] : norms[q]);
        if (absolute(together) <= noise * longer) continue;
        rotated = true;
        const float zeta = (norms[q] - norms[p]) / (2 * together);
        const float tangent = (zeta >= 0 ? 1.0f : -1.0f) / (absolute(zeta) + squareRoot(1 + zeta * zeta));
        const float cosine = 1 / squareRoot(1 + tangent * tangent);
        rotatePair(a, b, d, cosine, cosine * tangent);
        rotatePair(axes + (size_t)p * d, axes + (size_t)q * d, d, cosine, cosine * tangent);
        norms[p] -= tangent * together;
        norms[q] += tangent * together;
      }
  }
  for (int i = 0; i < d; i++) {
    const float value = dot(work + (size_t)i * d, axes + (size_t)i * d, d);
    in.eigenvalues[i] = value > 0 ? value : 0;
    for (int k = 0; k < d; k++) in.rotation[(size_t)k * d + i] = axes[(size_t)i * d + k];
  }
}

/** Multiplies rows [rows, dimensions] by a rotation [dimensions, dimensions] from the right, in place. */
struct RotateRowsArguments {
  Array<float> matrix;
  Number rows;
  Array<const float> rotation;
  Number dimensions;
};

static void rotate_rows(const Run& run, const RotateRowsArguments& in) {
  enum { ROWS = 8 * PRODUCT_ROWS };
  const int d = in.dimensions;
  float* before = Scratch(run).take<float>((size_t)ROWS * d);
  for (int start, end; run.take(in.rows, ROWS, &start, &end);) {
    float* rows = in.matrix + (size_t)start * d;
    copy(before, rows, (size_t)(end - start) * d);
    product<Store::REPLACE>(before, end - start, d, in.rotation, d, d, rows, d, d);
  }
}

/** What the three solvers share. */
struct AlsArguments {
  Number rows;
  Number dimensions;
  /** [rows]: rows by falling number of interactions, so that the longest do not come last. */
  Array<const uint32_t> order;
  /** [rows + 1] */
  Array<const uint32_t> offsets;
  Array<const uint32_t> indices;
  /** Beside `indices`; null for 1 throughout. */
  Array<const float> weights;
  /** [rows]: λ (n + α₀ |I|)^ν. */
  Array<const float> ridges;
  /** [dimensions]: α₀ Λ. */
  Array<const float> shared;
  /** [dimensions, dimensions]: turns a row's last value into the axes of `fixed`. */
  Array<const float> rotation;
  /** [rows, dimensions] */
  Array<float> solved;
  /** [columns, dimensions] */
  Array<const float> fixed;
  /** Conjugate gradient: steps. Block descent: block size, a multiple of 16 that divides `dimensions`. */
  Number parameter;
};

/** One row's observed columns. */
struct Observed {
  const uint32_t* indices;
  /** Null for 1 throughout. */
  const float* weights;
  int count;
  float weightOf(int j) const { return weights ? weights[j] : 1.0f; }
};

INLINE Observed observedOf(const AlsArguments& in, int row) {
  const uint32_t start = in.offsets[row];
  const float* weights = in.weights;
  return {in.indices + start, weights ? weights + start : nullptr, (int)(in.offsets[row + 1] - start)};
}

/** NEXT_MAX rows of 512 bytes are half of a common second-level cache. */
enum { TILE = 32, PREFETCH_AHEAD = 12, NEXT_MAX = 1024 };

/** Rows to fetch while others are computed with: entry j of the list while entry j − `lead` is at work. */
struct Ahead {
  const uint32_t* indices;
  int count;
  int lead;
};

/** Products of up to TILE gathered rows with `p`. */
template <int DIMENSIONS>
INLINE void gatherProducts(const Observed& observed, int first, int count, const float* fixed, int dimensions,
                           const float* p, const Ahead& ahead, float* products) {
  const int d = DIMENSIONS ? DIMENSIONS : dimensions;
  const uint32_t* indices = observed.indices + first;
  for (int j = 0; j < count; j += 4) {
    const int last = count - 1;
    const float* a = fixed + (size_t)indices[j] * d;
    const float* b = fixed + (size_t)indices[smaller(j + 1, last)] * d;
    const float* c = fixed + (size_t)indices[smaller(j + 2, last)] * d;
    const float* e = fixed + (size_t)indices[smaller(j + 3, last)] * d;
    const int fetched = first + j + ahead.lead;
    for (int f = fetched; f < smaller(fetched + 4, ahead.count); f++) prefetchRow(fixed + (size_t)ahead.indices[f] * d, d);
    Vector sa = broadcast(0), sb = sa, sc = sa, se = sa;
    for (int k = 0; k < d; k += WIDTH) {
      Vector v = load(p + k);
      sa = multiplyAdd(load(a + k), v, sa);
      sb = multiplyAdd(load(b + k), v, sb);
      sc = multiplyAdd(load(c + k), v, sc);
      se = multiplyAdd(load(e + k), v, se);
    }
    *(Four*)(products + j) = sumsOf(sa, sb, sc, se);
  }
}

template <int VECTORS>
INLINE void accumulateColumns(const uint32_t* indices, int count, const float* fixed, int d, int k, const float* factors,
                              float* out) {
  Vector sums[VECTORS];
  for (int v = 0; v < VECTORS; v++) sums[v] = load(out + k + v * WIDTH);
  for (int j = 0; j < count; j++) {
    const float* row = fixed + (size_t)indices[j] * d + k;
    Vector factor = broadcast(factors[j]);
    for (int v = 0; v < VECTORS; v++) sums[v] = multiplyAdd(factor, load(row + v * WIDTH), sums[v]);
  }
  for (int v = 0; v < VECTORS; v++) store(out + k + v * WIDTH, sums[v]);
}

/** out += Σ_j factors_j · row_j over up to TILE gathered rows. */
template <int DIMENSIONS>
INLINE void accumulateRows(const uint32_t* indices, int count, const float* fixed, int dimensions, const float* factors,
                           float* out) {
  const int d = DIMENSIONS ? DIMENSIONS : dimensions;
  int k = 0;
  for (; k + 8 * WIDTH <= d; k += 8 * WIDTH) accumulateColumns<8>(indices, count, fixed, d, k, factors, out);
  for (; k + 4 * WIDTH <= d; k += 4 * WIDTH) accumulateColumns<4>(indices, count, fixed, d, k, factors, out);
  for (; k < d; k += WIDTH) accumulateColumns<1>(indices, count, fixed, d, k, factors, out);
}

enum class Pass { RESIDUAL, PRODUCT };

/** out += Σ_j c_j (1 − h_j·p) h_j for the residual, out += Σ_j c_j (h_j·p) h_j for the product; false when cancelled. */
template <Pass PASS, int DIMENSIONS>
INLINE bool passOverRows(const Run& run, const Observed& observed, const float* fixed, int d, const float* p,
                         const Ahead& ahead, float* out) {
  float factors[TILE + 4];
  for (int first = 0; first < observed.count; first += TILE) {
    // A row may have ten million interactions.
    if (first % (1024 * TILE) == 0 && first > 0 && run.cancelled()) return false;
    const int count = smaller(TILE, observed.count - first);
    gatherProducts<DIMENSIONS>(observed, first, count, fixed, d, p, ahead, factors);
    if (PASS == Pass::RESIDUAL)
      for (int j = 0; j < count; j++) factors[j] = 1.0f - factors[j];
    if (observed.weights)
      for (int j = 0; j < count; j++) factors[j] *= observed.weights[first + j];
    accumulateRows<DIMENSIONS>(observed.indices + first, count, fixed, d, factors, out);
  }
  return true;
}

/** pᵀ A p: all that the last step needs, at half the cost of A p. */
template <int DIMENSIONS>
INLINE float curvatureOf(const Run& run, const Observed& observed, const float* fixed, int d, const float* diagonal,
                         const float* p, const Ahead& ahead) {
  float products[TILE + 4];
  Vector sums = broadcast(0);
  for (int k = 0; k < d; k += WIDTH) sums = multiplyAdd(load(diagonal + k) * load(p + k), load(p + k), sums);
  float curvature = sumOf(sums);
  for (int first = 0; first < observed.count; first += TILE) {
    if (first % (1024 * TILE) == 0 && first > 0 && run.cancelled()) break;
    const int count = smaller(TILE, observed.count - first);
    gatherProducts<DIMENSIONS>(observed, first, count, fixed, d, p, ahead, products);
    for (int j = 0; j < count; j++) curvature += observed.weightOf(first + j) * products[j] * products[j];
  }
  return curvature;
}

/** Conjugate gradient preconditioned by D (Saad 2003, algorithm 9.1), from the row's last value. */
template <int DIMENSIONS>
INLINE void solveRowByConjugateGradient(const Run& run, const AlsArguments& in, int row, const Observed& observed,
                                        const Observed& next, float* x, float* scratch) {
  const int d = DIMENSIONS ? DIMENSIONS : (int)in.dimensions;
  const int steps = in.parameter;
  float *diagonal = scratch, *residual = diagonal + d, *direction = residual + d, *image = direction + d;
  const float* shared = in.shared;
  // The first pass waits for memory; the later ones have their rows at hand and fetch the next row's.
  const Ahead own = {observed.indices, observed.count, PREFETCH_AHEAD}, others = {next.indices, smaller(next.count, NEXT_MAX), 0};
  const Ahead nothing = {nullptr, 0, 0};
  Vector ridge = broadcast(in.ridges[row]);
  for (int k = 0; k < d; k += WIDTH) {
    store(diagonal + k, load(shared + k) + ridge);
    store(residual + k, -(load(diagonal + k) * load(x + k)));
  }
  if (!passOverRows<Pass::RESIDUAL, DIMENSIONS>(run, observed, in.fixed, d, x, own, residual)) return;
  Vector sums = broadcast(0);
  for (int k = 0; k < d; k += WIDTH) {
    Vector r = load(residual + k), z = r / load(diagonal + k);
    store(direction + k, z);
    sums = multiplyAdd(r, z, sums);
  }
  float energy = sumOf(sums);
  for (int step = 1; step <= steps && energy > 1e-20f; step++) {
    if (step == steps) {
      const float curvature = curvatureOf<DIMENSIONS>(run, observed, in.fixed, d, diagonal, direction, step == 1 ? others : nothing);
      addScaled(x, energy / curvature, direction, d);
      break;
    }
    for (int k = 0; k < d; k += WIDTH) store(image + k, load(diagonal + k) * load(direction + k));
    if (!passOverRows<Pass::PRODUCT, DIMENSIONS>(run, observed, in.fixed, d, direction, step == 1 ? others : nothing, image)) return;
    const float length = energy / dot(direction, image, d);
    addScaled(x, length, direction, d);
    Vector l = broadcast(length), sum = broadcast(0);
    for (int k = 0; k < d; k += WIDTH) {
      Vector r = load(residual + k) - l * load(image + k);
      store(residual + k, r);
      sum = multiplyAdd(r, r / load(diagonal + k), sum);
    }
    const float next = sumOf(sum);
    Vector turn = broadcast(next / energy);
    for (int k = 0; k < d; k += WIDTH)
      store(direction + k, multiplyAdd(turn, load(direction + k), load(residual + k) / load(diagonal + k)));
    energy = next;
  }
  copy(in.solved + (size_t)row * d, x, d);
}

template <int DIMENSIONS>
NOINLINE void solveRowsByConjugateGradient(const Run& run, const AlsArguments& in) {
  enum { ROWS = 24 };
  const int d = in.dimensions;
  Scratch cut(run);
  float *last = cut.take<float>((size_t)ROWS * d), *starts = cut.take<float>((size_t)ROWS * d);
  float* scratch = cut.take<float>(4 * (size_t)d);
  for (int start, end; run.take(in.rows, ROWS, &start, &end);) {
    for (int at = start; at < end; at++) copy(last + (size_t)(at - start) * d, in.solved + (size_t)in.order[at] * d, d);
    product<Store::REPLACE>(last, end - start, d, in.rotation, d, d, starts, d, d);
    for (int at = start; at < end && !run.cancelled(); at++) {
      const int row = in.order[at];
      const Observed observed = observedOf(in, row);
      const Observed next = at + 1 < end ? observedOf(in, in.order[at + 1]) : Observed{nullptr, nullptr, 0};
      if (observed.count == 0) fill(in.solved + (size_t)row * d, 0, d);
      else solveRowByConjugateGradient<DIMENSIONS>(run, in, row, observed, next, starts + (size_t)(at - start) * d, scratch);
    }
  }
}

static void als_conjugate_gradient(const Run& run, const AlsArguments& in) {
  switch ((int)in.dimensions) {
    case 64: return solveRowsByConjugateGradient<64>(run, in);
    case 128: return solveRowsByConjugateGradient<128>(run, in);
    default: return solveRowsByConjugateGradient<0>(run, in);
  }
}

/** Gathers rows scaled by √c_j into `scaled` and adds c_j h_j to `right`. */
INLINE void gatherScaled(const Observed& observed, int first, int count, const float* fixed, int stride, int width,
                         float* scaled, float* right) {
  for (int j = 0; j < count; j++) {
    if (first + j + PREFETCH_AHEAD < observed.count)
      prefetchRow(fixed + (size_t)observed.indices[first + j + PREFETCH_AHEAD] * stride, width);
    const float* row = fixed + (size_t)observed.indices[first + j] * stride;
    const float weight = observed.weightOf(first + j);
    Vector root = broadcast(squareRoot(weight)), whole = broadcast(weight);
    for (int k = 0; k < width; k += WIDTH) {
      Vector value = load(row + k);
      store(scaled + (size_t)j * width + k, value * root);
      store(right + k, multiplyAdd(whole, value, load(right + k)));
    }
  }
}

/** The d × d system as it stands: best for rows with many interactions. */
INLINE void solveRowExactly(const Run& run, const AlsArguments& in, int row, const Observed& observed, float* matrix,
                            float* inverseDiagonal, float* right, float* scaled) {
  enum { GATHERED = 64 };
  const int d = in.dimensions;
  fill(matrix, 0, (size_t)d * d);
  for (int k = 0; k < d; k++) matrix[(size_t)k * d + k] = in.shared[k] + in.ridges[row];
  fill(right, 0, d);
  for (int first = 0; first < observed.count; first += GATHERED) {
    if (first % (256 * GATHERED) == 0 && first > 0 && run.cancelled()) return;
    const int count = smaller(GATHERED, observed.count - first);
    gatherScaled(observed, first, count, in.fixed, d, d, scaled, right);
    addOuterProducts<false>(scaled, d, count, d, matrix, d);
  }
  factorCholesky(matrix, d, d, inverseDiagonal);
  solveCholesky(matrix, d, d, inverseDiagonal, right);
  copy(in.solved + (size_t)row * d, right, d);
}

/** Upper triangle of T Tᵀ of T [size, d] in tiles of 4 × 4; size a multiple of 4. */
INLINE void gramOfRows(const float* rows, int size, int d, float* gram, int ld) {
  for (int i = 0; i < size; i += 4)
    for (int j = i; j < size; j += 4) {
      Vector sums[4][4];
      for (int a = 0; a < 4; a++)
        for (int b = 0; b < 4; b++) sums[a][b] = broadcast(0);
      for (int k = 0; k < d; k += WIDTH) {
        Vector right[4];
        for (int b = 0; b < 4; b++) right[b] = load(rows + (size_t)(j + b) * d + k);
        for (int a = 0; a < 4; a++) {
          Vector left = load(rows + (size_t)(i + a) * d + k);
          for (int b = 0; b < 4; b++) sums[a][b] = multiplyAdd(left, right[b], sums[a][b]);
        }
      }
      for (int a = 0; a < 4; a++)
        *(Four*)(gram + (size_t)(i + a) * ld + j) = sumsOf(sums[a][0], sums[a][1], sums[a][2], sums[a][3]);
    }
}

/**
 * The same solution from a system of the size of the row: w = D⁻¹ Hᵀ a with (H D⁻¹ Hᵀ + C⁻¹) a = 1 (the matrix inversion
 * lemma): best for rows with fewer interactions than dimensions.
 */
INLINE void solveRowByItsDual(const AlsArguments& in, int row, const Observed& observed, float* matrix,
                              float* inverseDiagonal, float* answer, float* scaled, float* roots) {
  const int d = in.dimensions, size = (observed.count + 15) / 16 * 16;
  for (int k = 0; k < d; k++) roots[k] = 1.0f / squareRoot(in.shared[k] + in.ridges[row]);
  for (int j = 0; j < observed.count; j++) {
    if (j + PREFETCH_AHEAD < observed.count) prefetchRow(in.fixed + (size_t)observed.indices[j + PREFETCH_AHEAD] * d, d);
    const float* from = in.fixed + (size_t)observed.indices[j] * d;
    for (int k = 0; k < d; k += WIDTH) store(scaled + (size_t)j * d + k, load(from + k) * load(roots + k));
  }
  fill(scaled + (size_t)observed.count * d, 0, (size_t)(size - observed.count) * d);
  gramOfRows(scaled, size, d, matrix, size);
  for (int j = 0; j < size; j++) {
    matrix[(size_t)j * size + j] += j < observed.count ? 1.0f / observed.weightOf(j) : 1.0f;
    answer[j] = j < observed.count ? 1.0f : 0.0f;
  }
  factorCholesky(matrix, size, size, inverseDiagonal);
  solveCholesky(matrix, size, size, inverseDiagonal, answer);
  float* x = in.solved + (size_t)row * d;
  fill(x, 0, d);
  for (int j = 0; j < observed.count; j++) addScaled(x, answer[j], scaled + (size_t)j * d, d);
  for (int k = 0; k < d; k += WIDTH) store(x + k, load(x + k) * load(roots + k));
}

static void als_cholesky(const Run& run, const AlsArguments& in) {
  const int d = in.dimensions;
  Scratch scratch(run);
  float* matrix = scratch.take<float>((size_t)d * d);
  float* scaled = scratch.take<float>((size_t)(d > 64 ? d : 64) * d);
  float *inverseDiagonal = scratch.take<float>(d), *right = scratch.take<float>(d), *roots = scratch.take<float>(d);
  for (int start, end; run.take(in.rows, 8, &start, &end);)
    for (int at = start; at < end && !run.cancelled(); at++) {
      const int row = in.order[at];
      const Observed observed = observedOf(in, row);
      if (observed.count == 0) fill(in.solved + (size_t)row * d, 0, d);
      else if (observed.count <= d * 3 / 4)
        solveRowByItsDual(in, row, observed, matrix, inverseDiagonal, right, scaled, roots);
      else solveRowExactly(run, in, row, observed, matrix, inverseDiagonal, right, scaled);
    }
}

/**
 * One sweep over blocks of a row's dimensions, each solved exactly with the others fixed (Rendle, Krichene, Zhang, Koren 2021,
 * "iALS++: Speeding up Matrix Factorization with Subspace Optimization", algorithm 1).
 */
INLINE void solveRowByBlocks(const Run& run, const AlsArguments& in, int row, const Observed& observed, float* matrix,
                             float* inverseDiagonal, float* change, float* scaled, float* errors) {
  enum { GATHERED = 64 };
  const int d = in.dimensions, size = in.parameter;
  const float* fixed = in.fixed;
  float* x = in.solved + (size_t)row * d;
  for (int first = 0; first < observed.count; first += TILE) {
    const int count = smaller(TILE, observed.count - first);
    gatherProducts<0>(observed, first, count, fixed, d, x, {observed.indices, observed.count, PREFETCH_AHEAD}, errors + first);
  }
  for (int j = 0; j < observed.count; j++) errors[j] = 1.0f - errors[j];
  for (int block = 0; block < d; block += size) {
    fill(matrix, 0, (size_t)size * size);
    for (int k = 0; k < size; k++) {
      const float diagonal = in.shared[block + k] + in.ridges[row];
      matrix[(size_t)k * size + k] = diagonal;
      change[k] = -diagonal * x[block + k];
    }
    for (int first = 0; first < observed.count; first += GATHERED) {
      if (first % (256 * GATHERED) == 0 && first > 0 && run.cancelled()) return;
      const int count = smaller(GATHERED, observed.count - first);
      for (int j = 0; j < count; j++) {
        if (block == 0 && first + j + PREFETCH_AHEAD < observed.count)
          prefetchRow(fixed + (size_t)observed.indices[first + j + PREFETCH_AHEAD] * d, d);
        const float* from = fixed + (size_t)observed.indices[first + j] * d + block;
        const float weight = observed.weightOf(first + j);
        Vector root = broadcast(squareRoot(weight)), pull = broadcast(weight * errors[first + j]);
        for (int k = 0; k < size; k += WIDTH) {
          Vector value = load(from + k);
          store(scaled + (size_t)j * size + k, value * root);
          store(change + k, multiplyAdd(pull, value, load(change + k)));
        }
      }
      addOuterProducts<false>(scaled, size, count, size, matrix, size);
    }
    factorCholesky(matrix, size, size, inverseDiagonal);
    solveCholesky(matrix, size, size, inverseDiagonal, change);
    for (int k = 0; k < size; k += WIDTH) store(x + block + k, load(x + block + k) + load(change + k));
    if (block + size == d) return;
    for (int j = 0; j < observed.count; j++)
      errors[j] -= dot(fixed + (size_t)observed.indices[j] * d + block, change, size);
  }
}

static void als_block_descent(const Run& run, const AlsArguments& in) {
  const int d = in.dimensions, size = in.parameter;
  Scratch scratch(run);
  float* matrix = scratch.take<float>((size_t)size * size);
  float* scaled = scratch.take<float>((size_t)64 * size);
  float *inverseDiagonal = scratch.take<float>(size), *change = scratch.take<float>(size);
  // The rest of the scratch memory, as long as the longest row.
  float* errors = scratch.take<float>(0);
  for (int start, end; run.take(in.rows, 8, &start, &end);)
    for (int at = start; at < end && !run.cancelled(); at++) {
      const int row = in.order[at];
      const Observed observed = observedOf(in, row);
      if (observed.count == 0) fill(in.solved + (size_t)row * d, 0, d);
      else solveRowByBlocks(run, in, row, observed, matrix, inverseDiagonal, change, scaled, errors);
    }
}
