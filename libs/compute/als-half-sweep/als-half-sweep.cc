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
  // Factors that regularization drives to nothing would leave the range of floats when they are squared.
  float scale = 0;
  for (int i = 0; i < d; i++)
    if (work[(size_t)i * d + i] > scale) scale = work[(size_t)i * d + i];
  // Denormal numbers have lost their digits.
  const bool isEmpty = !(scale > 1e-37f);
  for (size_t i = 0; i < (size_t)d * d; i++) work[i] = isEmpty ? 0 : work[i] / scale;
  bool rotated = !isEmpty;
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
    in.eigenvalues[i] = value > 0 ? scale * value : 0;
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

/** What both kernels take. */
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

enum { TILE = 32, PREFETCH_AHEAD = 16 };

/** Asked once in 32,768 interactions of a row, since a row may have ten million. */
INLINE bool cancelledAt(const Run& run, int first) { return first > 0 && first % (1024 * TILE) == 0 && run.cancelled(); }

/** Products with `p` of up to TILE gathered rows, which lie `stride` apart; writes up to three places past the last. */
template <int DIMENSIONS>
INLINE void gatherProducts(const Observed& observed, int first, int count, const float* fixed, int stride, int dimensions,
                           const float* p, float* products) {
  const int d = DIMENSIONS ? DIMENSIONS : dimensions;
  const size_t step = DIMENSIONS ? DIMENSIONS : stride;
  const uint32_t* indices = observed.indices + first;
  for (int j = 0; j < count; j += 4) {
    const int last = count - 1;
    const float* a = fixed + indices[j] * step;
    const float* b = fixed + indices[smaller(j + 1, last)] * step;
    const float* c = fixed + indices[smaller(j + 2, last)] * step;
    const float* e = fixed + indices[smaller(j + 3, last)] * step;
    for (int ahead = j + PREFETCH_AHEAD; ahead < smaller(j + PREFETCH_AHEAD + 4, observed.count - first); ahead++)
      prefetchRow(fixed + indices[ahead] * step, d);
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
                         float* out) {
  float factors[TILE + 4];
  for (int first = 0; first < observed.count; first += TILE) {
    if (cancelledAt(run, first)) return false;
    const int count = smaller(TILE, observed.count - first);
    gatherProducts<DIMENSIONS>(observed, first, count, fixed, d, d, p, factors);
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
                         const float* p) {
  float products[TILE + 4];
  Vector sums = broadcast(0);
  for (int k = 0; k < d; k += WIDTH) sums = multiplyAdd(load(diagonal + k) * load(p + k), load(p + k), sums);
  float curvature = sumOf(sums);
  for (int first = 0; first < observed.count; first += TILE) {
    if (cancelledAt(run, first)) break;
    const int count = smaller(TILE, observed.count - first);
    gatherProducts<DIMENSIONS>(observed, first, count, fixed, d, d, p, products);
    for (int j = 0; j < count; j++) curvature += observed.weightOf(first + j) * products[j] * products[j];
  }
  return curvature;
}

/** Conjugate gradient preconditioned by D (Saad 2003, algorithm 9.1), from the row's last value. */
template <int DIMENSIONS>
INLINE void solveRowByConjugateGradient(const Run& run, const AlsArguments& in, int row, const Observed& observed,
                                        float* x, float* scratch) {
  const int d = DIMENSIONS ? DIMENSIONS : (int)in.dimensions;
  const int steps = in.parameter;
  float *diagonal = scratch, *residual = diagonal + d, *direction = residual + d, *image = direction + d;
  const float* shared = in.shared;
  Vector ridge = broadcast(in.ridges[row]);
  for (int k = 0; k < d; k += WIDTH) {
    store(diagonal + k, load(shared + k) + ridge);
    store(residual + k, -(load(diagonal + k) * load(x + k)));
  }
  if (!passOverRows<Pass::RESIDUAL, DIMENSIONS>(run, observed, in.fixed, d, x, residual)) return;
  Vector sums = broadcast(0);
  for (int k = 0; k < d; k += WIDTH) {
    Vector r = load(residual + k), z = r / load(diagonal + k);
    store(direction + k, z);
    sums = multiplyAdd(r, z, sums);
  }
  float energy = sumOf(sums);
  for (int step = 1; step <= steps && energy > 1e-20f; step++) {
    if (step == steps) {
      const float curvature = curvatureOf<DIMENSIONS>(run, observed, in.fixed, d, diagonal, direction);
      addScaled(x, energy / curvature, direction, d);
      break;
    }
    for (int k = 0; k < d; k += WIDTH) store(image + k, load(diagonal + k) * load(direction + k));
    if (!passOverRows<Pass::PRODUCT, DIMENSIONS>(run, observed, in.fixed, d, direction, image)) return;
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
      if (observed.count == 0) fill(in.solved + (size_t)row * d, 0, d);
      else solveRowByConjugateGradient<DIMENSIONS>(run, in, row, observed, starts + (size_t)(at - start) * d, scratch);
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

/** A block of a row's dimensions and what it has to explain. */
struct Block {
  /** Column `first` of the fixed rows. */
  const float* fixed;
  int stride;
  int size;
  /** [size]: this block of α₀ Λ; `ridge` comes to it. */
  const float* shared;
  float ridge;
  /** [count]: 1 less what all blocks explain. */
  const float* errors;
};

/** Memory for one block's system. */
struct BlockMemory {
  /** [size, size] */
  float* matrix;
  /** [max(64, size), size] */
  float* scaled;
  /** [size] each */
  float *inverseDiagonal, *right, *roots, *answer;
};

/**
 * Adds to x the solution of the system of the block's size, (D + Σ c h hᵀ) Δ = Σ c e h − D x: best for rows with many
 * interactions. Leaves Δ in `memory.right`; false when cancelled.
 */
INLINE bool solveBlock(const Run& run, const Observed& observed, const Block& block, const BlockMemory& memory, float* x) {
  enum { GATHERED = 64 };
  const int size = block.size;
  fill(memory.matrix, 0, (size_t)size * size);
  for (int k = 0; k < size; k++) {
    const float diagonal = block.shared[k] + block.ridge;
    memory.matrix[(size_t)k * size + k] = diagonal;
    memory.right[k] = -diagonal * x[k];
  }
  for (int first = 0; first < observed.count; first += GATHERED) {
    if (cancelledAt(run, first)) return false;
    const int count = smaller(GATHERED, observed.count - first);
    for (int j = first; j < first + count; j++) {
      if (j + PREFETCH_AHEAD < observed.count)
        prefetchRow(block.fixed + (size_t)observed.indices[j + PREFETCH_AHEAD] * block.stride, size);
      const float* row = block.fixed + (size_t)observed.indices[j] * block.stride;
      const float weight = observed.weightOf(j);
      Vector root = broadcast(squareRoot(weight)), pull = broadcast(weight * block.errors[j]);
      for (int k = 0; k < size; k += WIDTH) {
        Vector value = load(row + k);
        store(memory.scaled + (size_t)(j - first) * size + k, value * root);
        store(memory.right + k, multiplyAdd(pull, value, load(memory.right + k)));
      }
    }
    addOuterProducts<false>(memory.scaled, size, count, size, memory.matrix, size);
  }
  factorCholesky(memory.matrix, size, size, memory.inverseDiagonal);
  solveCholesky(memory.matrix, size, size, memory.inverseDiagonal, memory.right);
  addScaled(x, 1, memory.right, size);
  return true;
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
 * The same from a system of the row's length: x + Δ = D⁻¹ Hᵀ a with (H D⁻¹ Hᵀ + C⁻¹) a = e + H x (the matrix inversion
 * lemma): best for rows with fewer interactions than the block has dimensions.
 */
INLINE void solveBlockByItsDual(const Observed& observed, const Block& block, const BlockMemory& memory, float* x) {
  const int d = block.size, size = (observed.count + 15) / 16 * 16;
  for (int k = 0; k < d; k++) memory.roots[k] = 1.0f / squareRoot(block.shared[k] + block.ridge);
  for (int j = 0; j < observed.count; j++) {
    if (j + PREFETCH_AHEAD < observed.count)
      prefetchRow(block.fixed + (size_t)observed.indices[j + PREFETCH_AHEAD] * block.stride, d);
    const float* row = block.fixed + (size_t)observed.indices[j] * block.stride;
    for (int k = 0; k < d; k += WIDTH) store(memory.scaled + (size_t)j * d + k, load(row + k) * load(memory.roots + k));
  }
  fill(memory.scaled + (size_t)observed.count * d, 0, (size_t)(size - observed.count) * d);
  gramOfRows(memory.scaled, size, d, memory.matrix, size);
  float *answer = memory.answer, *change = memory.right;
  // The rows are at hand as H D^−½, so H x is their product with D^½ x.
  for (int k = 0; k < d; k++) change[k] = x[k] / memory.roots[k];
  for (int j = 0; j < size; j++) {
    const bool isReal = j < observed.count;
    memory.matrix[(size_t)j * size + j] += isReal ? 1.0f / observed.weightOf(j) : 1.0f;
    answer[j] = isReal ? block.errors[j] + dot(memory.scaled + (size_t)j * d, change, d) : 0.0f;
  }
  factorCholesky(memory.matrix, size, size, memory.inverseDiagonal);
  solveCholesky(memory.matrix, size, size, memory.inverseDiagonal, answer);
  fill(change, 0, d);
  for (int j = 0; j < observed.count; j++) addScaled(change, answer[j], memory.scaled + (size_t)j * d, d);
  for (int k = 0; k < d; k += WIDTH) {
    Vector solution = load(change + k) * load(memory.roots + k);
    store(change + k, solution - load(x + k));
    store(x + k, solution);
  }
}

/** errors −= products of the gathered rows with x; false when cancelled. */
INLINE bool subtractProducts(const Run& run, const Observed& observed, const float* fixed, int stride, int size, const float* x,
                             float* errors) {
  float products[TILE + 4];
  for (int first = 0; first < observed.count; first += TILE) {
    if (cancelledAt(run, first)) return false;
    const int count = smaller(TILE, observed.count - first);
    gatherProducts<0>(observed, first, count, fixed, stride, size, x, products);
    for (int j = 0; j < count; j++) errors[first + j] -= products[j];
  }
  return true;
}

/**
 * One sweep over blocks of a row's dimensions, each solved exactly with the others fixed (Rendle, Krichene, Zhang, Koren 2021,
 * "iALS++: Speeding up Matrix Factorization with Subspace Optimization", algorithm 1). One block of all is the exact solution.
 */
INLINE void solveRowByBlocks(const Run& run, const AlsArguments& in, int row, const Observed& observed,
                             const BlockMemory& memory, float* errors) {
  const int d = in.dimensions, size = in.parameter;
  float* x = in.solved + (size_t)row * d;
  // Where one block is all, what it was before does not matter.
  if (size == d) fill(x, 0, d);
  fill(errors, 1, observed.count);
  if (size < d && !subtractProducts(run, observed, in.fixed, d, d, x, errors)) return;
  for (int first = 0; first < d; first += size) {
    const Block block = {in.fixed + first, d, size, in.shared + first, in.ridges[row], errors};
    if (observed.count * 3 <= size * 2) solveBlockByItsDual(observed, block, memory, x + first);
    else if (!solveBlock(run, observed, block, memory, x + first)) return;
    if (first + size == d) return;
    if (!subtractProducts(run, observed, block.fixed, d, size, memory.right, errors)) return;
  }
}

static void als_block_descent(const Run& run, const AlsArguments& in) {
  const int d = in.dimensions, size = in.parameter;
  Scratch scratch(run);
  BlockMemory memory;
  memory.matrix = scratch.take<float>((size_t)size * size);
  memory.scaled = scratch.take<float>((size_t)larger(size, 64) * size);
  memory.inverseDiagonal = scratch.take<float>(size);
  memory.right = scratch.take<float>(size);
  memory.roots = scratch.take<float>(size);
  memory.answer = scratch.take<float>(size);
  // The rest of the scratch memory, as long as the longest row.
  float* errors = scratch.take<float>(0);
  for (int start, end; run.take(in.rows, 8, &start, &end);)
    for (int at = start; at < end && !run.cancelled(); at++) {
      const int row = in.order[at];
      const Observed observed = observedOf(in, row);
      if (observed.count == 0) fill(in.solved + (size_t)row * d, 0, d);
      else solveRowByBlocks(run, in, row, observed, memory, errors);
    }
}
