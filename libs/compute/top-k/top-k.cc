// The best items of a query: all are screened with 8-bit factors, and those that may be among the best are scored in full.
//
// With x = a x̂ + e_x and y = s ŷ + e_y, x̂ and ŷ rounded to integers, Cauchy-Schwarz gives
//
//   |x·y − a s x̂·ŷ| ≤ ‖x‖ ‖e_y‖ + ‖e_x‖ ‖s ŷ‖
//
// so an item whose screened score plus this bound stays below the worst kept score cannot belong, and none is lost.

enum { PANEL = 64 };

// Query bytes are unsigned where the instruction wants them so. Without VNNI a pair of products must fit 16 bits. A tile of
// queries × vectors of items fills the registers; a single query takes more vectors, so that sums do not wait for each other.
#if defined(__AVX512VNNI__)
enum { QUERY_LEVELS = 127, QUERY_OFFSET = 128, SCREEN_ROWS = 6, SCREEN_VECTORS = 4, SINGLE_VECTORS = 4 };
#elif defined(__AVX2__)
enum { QUERY_LEVELS = 63, QUERY_OFFSET = 64, SCREEN_ROWS = 6, SCREEN_VECTORS = 2, SINGLE_VECTORS = 8 };
#elif defined(__SSSE3__) || defined(__wasm_relaxed_simd__)
enum { QUERY_LEVELS = 63, QUERY_OFFSET = 64, SCREEN_ROWS = 4, SCREEN_VECTORS = 2, SINGLE_VECTORS = 8 };
#else
enum { QUERY_LEVELS = 127, QUERY_OFFSET = 0, SCREEN_ROWS = 4, SCREEN_VECTORS = 2, SINGLE_VECTORS = 8 };
#endif

/** Adds to each lane the products of its four item bytes with the four bytes of `query`. */
INLINE Integers addQuads(Integers sums, int32_t query, const int8_t* items) {
#if defined(__AVX512VNNI__)
  return (Integers)_mm512_dpbusd_epi32((__m512i)sums, _mm512_set1_epi32(query), _mm512_loadu_si512(items));
#elif defined(__AVX2__)
  __m256i pairs = _mm256_maddubs_epi16(_mm256_set1_epi32(query), _mm256_loadu_si256((const __m256i*)items));
  return sums + (Integers)_mm256_madd_epi16(pairs, _mm256_set1_epi16(1));
#elif defined(__SSSE3__)
  __m128i pairs = _mm_maddubs_epi16(_mm_set1_epi32(query), _mm_loadu_si128((const __m128i*)items));
  return sums + (Integers)_mm_madd_epi16(pairs, _mm_set1_epi16(1));
#elif defined(__wasm_relaxed_simd__)
  return (Integers)wasm_i32x4_relaxed_dot_i8x16_i7x16_add(wasm_v128_load(items), wasm_i32x4_splat(query), (v128_t)sums);
#else
  int8_t q[4];
  memcpy(q, &query, 4);
  for (int lane = 0; lane < WIDTH; lane++)
    for (int k = 0; k < 4; k++) sums[lane] += q[k] * items[lane * 4 + k];
  return sums;
#endif
}

INLINE int roundToInteger(float value) { return (int)(value + (value < 0 ? -0.5f : 0.5f)); }

/** Scale, ‖rounded‖ and ‖error‖ of a vector rounded to ±levels. */
struct Rounding {
  float scale, length, error;
};

INLINE Rounding roundVector(const float* vector, int d, int levels, int offset, int padded, int stride, int8_t* out) {
  float largest = 0;
  for (int k = 0; k < d; k++)
    if (absolute(vector[k]) > largest) largest = absolute(vector[k]);
  const float scale = largest > 0 ? largest / levels : 1.0f;
  float error = 0, length = 0;
  for (int k = 0; k < padded; k++) {
    const int rounded = k < d ? roundToInteger(vector[k] / scale) : 0;
    out[(k >> 2) * stride + (k & 3)] = (int8_t)(rounded + offset);
    if (k >= d) continue;
    const float back = scale * rounded, off = vector[k] - back;
    error += off * off;
    length += back * back;
  }
  return {scale, squareRoot(length), squareRoot(error)};
}

/** A catalogue packed in panels of 64 items. */
struct ItemIndexArguments {
  /** [itemCount, dimensions] */
  Array<const float> items;
  Number itemCount;
  Number dimensions;
  /** [panels, ⌈dimensions / 4⌉, 64, 4]: ŷ */
  Array<int8_t> packed;
  /** [panels, 64]: s */
  Array<float> scales;
  /** [panels, 64]: Σ ŷ */
  Array<int32_t> sums;
  /** [panels]: the largest ‖e_y‖ and ‖s ŷ‖ of a panel. */
  Array<float> errors;
  Array<float> lengths;
};

static void pack_items(const Run& run, const ItemIndexArguments& in) {
  const int d = in.dimensions, quads = (d + 3) / 4, itemCount = in.itemCount;
  const int panels = (itemCount + PANEL - 1) / PANEL;
  for (int panel, end; run.take(panels, 1, &panel, &end);) {
    int8_t* packed = in.packed + (size_t)panel * quads * PANEL * 4;
    memset(packed, 0, (size_t)quads * PANEL * 4);
    float errors = 0, lengths = 0;
    for (int lane = 0; lane < PANEL; lane++) {
      const int item = panel * PANEL + lane, cell = panel * PANEL + lane;
      in.scales[cell] = 0;
      in.sums[cell] = 0;
      if (item >= itemCount) continue;
      const Rounding rounding =
          roundVector(in.items + (size_t)item * d, d, 127, 0, quads * 4, PANEL * 4, packed + lane * 4);
      int sum = 0;
      for (int k = 0; k < quads * 4; k++) sum += packed[(k >> 2) * PANEL * 4 + lane * 4 + (k & 3)];
      in.scales[cell] = rounding.scale;
      in.sums[cell] = sum;
      if (rounding.error > errors) errors = rounding.error;
      if (rounding.length > lengths) lengths = rounding.length;
    }
    in.errors[panel] = errors;
    in.lengths[panel] = lengths;
  }
}

struct TopItemsArguments {
  ItemIndexArguments index;
  /** [queryCount, dimensions] */
  Array<const float> queries;
  Number queryCount;
  Number limit;
  /** Both null when nothing is left out. */
  Array<const uint32_t> excludedOffsets;
  Array<const uint32_t> excludedIndices;
  /** [panels, 8] bytes, one bit an item; null when every item is allowed. */
  Array<const uint8_t> allowed;
  /** [queryCount, limit], and [queryCount]. */
  Array<uint32_t> indices;
  Array<float> scores;
  Array<uint32_t> counts;
  /** Queries that a thread takes at a time, up to 48. */
  Number batch;
};

/** One query on its way through the panels. */
struct Screening {
  Best best;
  const float* query;
  float scale, length, error;
  const uint32_t* excluded;
  int excludedCount;
  /** The worst kept score; −∞ until `limit` are kept. */
  float worst;
};

INLINE void offerCandidates(const ItemIndexArguments& index, int panel, uint64_t candidates, Screening& screening) {
  const int d = index.dimensions, itemCount = index.itemCount;
  while (candidates) {
    const int item = panel * PANEL + __builtin_ctzll(candidates);
    candidates &= candidates - 1;
    if (item >= itemCount || findIn(screening.excluded, screening.excludedCount, item) >= 0) continue;
    screening.best.offer(dot(screening.query, index.items + (size_t)item * d, d), item);
    if (screening.best.full()) screening.worst = screening.best.keys[0];
  }
}

/** Screens one panel for ROWS queries; `quantized` is [ROWS, quads] of four bytes. */
template <int ROWS, int VECTORS>
INLINE void screenPanel(const ItemIndexArguments& index, int panel, int quads, const int32_t* quantized, uint64_t allowed,
                        Screening* screenings) {
  enum { LANES = VECTORS * WIDTH };
  const int8_t* packed = index.packed + (size_t)panel * quads * PANEL * 4;
  uint64_t candidates[ROWS] = {};
  Vector thresholds[ROWS];
  for (int row = 0; row < ROWS; row++) {
    const Screening& s = screenings[row];
    const float bound = s.length * index.errors[panel] + s.error * (index.lengths[panel] + index.errors[panel]) +
                        1e-5f * s.length * (index.lengths[panel] + index.errors[panel]);
    thresholds[row] = broadcast((s.worst - bound) / s.scale);
  }
  for (int lane = 0; lane < PANEL; lane += LANES) {
    Integers sums[ROWS][VECTORS];
    for (int v = 0; v < VECTORS; v++) {
      Integers start = *(const Integers*)(index.sums + panel * PANEL + lane + v * WIDTH) * -QUERY_OFFSET;
      for (int row = 0; row < ROWS; row++) sums[row][v] = start;
    }
    for (int quad = 0; quad < quads; quad++) {
      const int8_t* items = packed + ((size_t)quad * PANEL + lane) * 4;
      for (int row = 0; row < ROWS; row++)
        for (int v = 0; v < VECTORS; v++)
          sums[row][v] = addQuads(sums[row][v], quantized[row * quads + quad], items + v * WIDTH * 4);
    }
    for (int v = 0; v < VECTORS; v++) {
      Vector scale = load(index.scales + panel * PANEL + lane + v * WIDTH);
      for (int row = 0; row < ROWS; row++) {
        Vector score = __builtin_convertvector(sums[row][v], Vector) * scale;
        candidates[row] |= (uint64_t)maskOf((Integers)(score >= thresholds[row])) << (lane + v * WIDTH);
      }
    }
  }
  for (int row = 0; row < ROWS; row++)
    if (candidates[row] & allowed) offerCandidates(index, panel, candidates[row] & allowed, screenings[row]);
}

INLINE void screenPanels(const TopItemsArguments& in, const Run& run, int count, int quads, const int32_t* quantized,
                         Screening* screenings) {
  const ItemIndexArguments& index = in.index;
  const int panels = ((int)index.itemCount + PANEL - 1) / PANEL;
  const uint8_t* allowed = in.allowed;
  for (int panel = 0; panel < panels; panel++) {
    if (panel % 256 == 0 && run.cancelled()) return;
    uint64_t mask = ~0ull;
    if (allowed) memcpy(&mask, allowed + (size_t)panel * 8, 8);
    if (mask == 0) continue;
    int row = 0;
    for (; row + SCREEN_ROWS <= count; row += SCREEN_ROWS)
      screenPanel<SCREEN_ROWS, SCREEN_VECTORS>(index, panel, quads, quantized + row * quads, mask, screenings + row);
    for (; row + 2 <= count; row += 2)
      screenPanel<2, SCREEN_VECTORS>(index, panel, quads, quantized + row * quads, mask, screenings + row);
    for (; row < count; row++) screenPanel<1, SINGLE_VECTORS>(index, panel, quads, quantized + row * quads, mask, screenings + row);
  }
}

static void top_items(const Run& run, const TopItemsArguments& in) {
  enum { BATCH_MAX = 48 };
  const int d = in.index.dimensions, quads = (d + 3) / 4, limit = in.limit;
  const uint32_t* excludedOffsets = in.excludedOffsets;
  Scratch scratch(run);
  Screening* screenings = scratch.take<Screening>(BATCH_MAX);
  int8_t* quantized = scratch.take<int8_t>((size_t)BATCH_MAX * quads * 4);
  for (int start, end; run.take(in.queryCount, in.batch, &start, &end);) {
    for (int query = start; query < end; query++) {
      const float* vector = in.queries + (size_t)query * d;
      const Rounding rounding =
          roundVector(vector, d, QUERY_LEVELS, QUERY_OFFSET, quads * 4, 4, quantized + (size_t)(query - start) * quads * 4);
      Screening& screening = screenings[query - start];
      screening.best = Best{in.scores + (size_t)query * limit, in.indices + (size_t)query * limit, limit};
      screening.query = vector;
      screening.scale = rounding.scale;
      screening.length = rounding.length + rounding.error;
      screening.error = rounding.error;
      screening.excluded = excludedOffsets ? in.excludedIndices + excludedOffsets[query] : nullptr;
      screening.excludedCount = excludedOffsets ? excludedOffsets[query + 1] - excludedOffsets[query] : 0;
      screening.worst = -__builtin_inff();
    }
    screenPanels(in, run, end - start, quads, (const int32_t*)quantized, screenings);
    for (int query = start; query < end; query++) {
      screenings[query - start].best.sort();
      in.counts[query] = screenings[query - start].best.count;
    }
  }
}

struct TopScoresArguments {
  /** [queryCount, itemCount] */
  Array<const float> scores;
  Number queryCount;
  Number itemCount;
  Number limit;
  Array<const uint32_t> excludedOffsets;
  Array<const uint32_t> excludedIndices;
  Array<const uint8_t> allowed;
  Array<uint32_t> indices;
  Array<float> best;
  Array<uint32_t> counts;
};

static void top_scores(const Run& run, const TopScoresArguments& in) {
  const int itemCount = in.itemCount, limit = in.limit;
  const uint32_t* excludedOffsets = in.excludedOffsets;
  const uint8_t* allowed = in.allowed;
  for (int query, end; run.take(in.queryCount, 1, &query, &end);) {
    const float* scores = in.scores + (size_t)query * itemCount;
    const uint32_t* excluded = excludedOffsets ? in.excludedIndices + excludedOffsets[query] : nullptr;
    const int excludedCount = excludedOffsets ? excludedOffsets[query + 1] - excludedOffsets[query] : 0;
    Best best{in.best + (size_t)query * limit, in.indices + (size_t)query * limit, limit};
    auto offer = [&](int item) {
      const float score = scores[item];
      if (!(score == score) || !best.wants(score, item)) return;
      if (allowed && !((allowed[item >> 3] >> (item & 7)) & 1)) return;
      if (findIn(excluded, excludedCount, item) < 0) best.offer(score, item);
    };
    int item = 0;
    for (; item < itemCount && limit > 0 && !best.full(); item++) offer(item);
    for (; limit > 0 && item + WIDTH <= itemCount; item += WIDTH) {
      uint32_t candidates = maskOf((Integers)(load(scores + item) > broadcast(best.keys[0])));
      for (; candidates; candidates &= candidates - 1) offer(item + __builtin_ctz(candidates));
    }
    for (; limit > 0 && item < itemCount; item++) offer(item);
    best.sort();
    in.counts[query] = best.count;
  }
}
