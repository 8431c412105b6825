// Small dense products in registers: the tiles that the kernels are made of. Row-major; leading dimensions in floats.
#pragma once
#include "vector.h"

namespace KERNEL_NAMESPACE {

// The largest tiles whose sums stay in registers: 32 of them with AVX-512, else 16.
#if defined(__AVX512F__)
enum { OUTER_ROWS = 8, OUTER_VECTORS = 3, PRODUCT_ROWS = 6, PRODUCT_VECTORS = 4 };
#elif defined(__AVX2__)
enum { OUTER_ROWS = 4, OUTER_VECTORS = 3, PRODUCT_ROWS = 6, PRODUCT_VECTORS = 2 };
#else
enum { OUTER_ROWS = 4, OUTER_VECTORS = 2, PRODUCT_ROWS = 4, PRODUCT_VECTORS = 2 };
#endif

enum class Store { REPLACE, ADD, SUBTRACT };

template <int ROWS, int VECTORS, Store STORE>
INLINE void productTile(const float* a, int lda, const float* b, size_t ldb, int inner, float* c, size_t ldc) {
  Vector sums[ROWS][VECTORS];
  for (int i = 0; i < ROWS; i++)
    for (int j = 0; j < VECTORS; j++) sums[i][j] = broadcast(0);
  for (int k = 0; k < inner; k++) {
    Vector line[VECTORS];
    for (int j = 0; j < VECTORS; j++) line[j] = load(b + k * ldb + j * WIDTH);
    for (int i = 0; i < ROWS; i++) {
      Vector factor = broadcast(a[(size_t)i * lda + k]);
      for (int j = 0; j < VECTORS; j++) sums[i][j] = multiplyAdd(factor, line[j], sums[i][j]);
    }
  }
  for (int i = 0; i < ROWS; i++)
    for (int j = 0; j < VECTORS; j++) {
      float* cell = c + i * ldc + j * WIDTH;
      store(cell, STORE == Store::REPLACE    ? sums[i][j]
                  : STORE == Store::SUBTRACT ? load(cell) - sums[i][j]
                                             : load(cell) + sums[i][j]);
    }
}

template <int VECTORS, Store STORE>
INLINE void productStrip(const float* a, int rows, int lda, const float* b, size_t ldb, int inner, float* c, size_t ldc) {
  int i = 0;
  for (; i + PRODUCT_ROWS <= rows; i += PRODUCT_ROWS)
    productTile<PRODUCT_ROWS, VECTORS, STORE>(a + (size_t)i * lda, lda, b, ldb, inner, c + i * ldc, ldc);
  for (; i < rows; i++) productTile<1, VECTORS, STORE>(a + (size_t)i * lda, lda, b, ldb, inner, c + i * ldc, ldc);
}

/** C [rows, columns] = A [rows, inner] · B [inner, columns], or C ±= it; columns a multiple of WIDTH. */
template <Store STORE>
NOINLINE void product(const float* a, int rows, int lda, const float* b, size_t ldb, int inner, float* c, size_t ldc,
                      int columns) {
  int j = 0;
  for (; j + PRODUCT_VECTORS * WIDTH <= columns; j += PRODUCT_VECTORS * WIDTH)
    productStrip<PRODUCT_VECTORS, STORE>(a, rows, lda, b + j, ldb, inner, c + j, ldc);
  for (; j < columns; j += WIDTH) productStrip<1, STORE>(a, rows, lda, b + j, ldb, inner, c + j, ldc);
}

template <int VECTORS, bool SUBTRACT>
INLINE void outerTile(const float* left, size_t lda, const float* right, size_t ldb, int count, float* c, size_t ldc) {
  Vector sums[OUTER_ROWS][VECTORS];
  for (int a = 0; a < OUTER_ROWS; a++)
    for (int b = 0; b < VECTORS; b++) sums[a][b] = broadcast(0);
  for (int k = 0; k < count; k++, left += lda, right += ldb) {
    Vector line[VECTORS];
    for (int b = 0; b < VECTORS; b++) line[b] = load(right + b * WIDTH);
    for (int a = 0; a < OUTER_ROWS; a++) {
      Vector factor = broadcast(left[a]);
      for (int b = 0; b < VECTORS; b++) sums[a][b] = multiplyAdd(factor, line[b], sums[a][b]);
    }
  }
  for (int a = 0; a < OUTER_ROWS; a++)
    for (int b = 0; b < VECTORS; b++) {
      float* cell = c + a * ldc + b * WIDTH;
      store(cell, SUBTRACT ? load(cell) - sums[a][b] : load(cell) + sums[a][b]);
    }
}

/**
 * Upper triangle of C [size, size] ± Σ_k r_k r_kᵀ over `count` rows r_k, from column `first` on (a multiple of 16); `size` a
 * multiple of 16. Cells below the diagonal are written where their tile reaches over it.
 */
template <bool SUBTRACT>
NOINLINE void addOuterProducts(const float* rows, size_t stride, int count, int size, float* c, size_t ldc, int first = 0) {
  for (int i = first; i < size; i += OUTER_ROWS) {
    int j = i / WIDTH * WIDTH;
    for (; j + OUTER_VECTORS * WIDTH <= size; j += OUTER_VECTORS * WIDTH)
      outerTile<OUTER_VECTORS, SUBTRACT>(rows + i, stride, rows + j, stride, count, c + i * ldc + j, ldc);
    if (OUTER_VECTORS > 2 && j + 2 * WIDTH <= size) {
      outerTile<2, SUBTRACT>(rows + i, stride, rows + j, stride, count, c + i * ldc + j, ldc);
      j += 2 * WIDTH;
    }
    for (; j + WIDTH <= size; j += WIDTH) outerTile<1, SUBTRACT>(rows + i, stride, rows + j, stride, count, c + i * ldc + j, ldc);
  }
}

/** C [rows, columns] += Aᵀ B of A [count, rows] and B [count, columns]; rows a multiple of OUTER_ROWS, columns of WIDTH. */
NOINLINE void addTransposedProduct(const float* a, int rows, size_t lda, const float* b, size_t ldb, int count, float* c,
                                   size_t ldc, int columns) {
  for (int i = 0; i < rows; i += OUTER_ROWS) {
    float* line = c + i * ldc;
    int j = 0;
    for (; j + OUTER_VECTORS * WIDTH <= columns; j += OUTER_VECTORS * WIDTH)
      outerTile<OUTER_VECTORS, false>(a + i, lda, b + j, ldb, count, line + j, ldc);
    for (; j < columns; j += WIDTH) outerTile<1, false>(a + i, lda, b + j, ldb, count, line + j, ldc);
  }
}

/** Row k of a factor under way, less its part of the rows `start` to k, in some columns from j on. */
template <int VECTORS>
INLINE void subtractRowsAbove(float* a, size_t lda, int start, int k, int j) {
  Vector sums[VECTORS];
  for (int v = 0; v < VECTORS; v++) sums[v] = load(a + k * lda + j + v * WIDTH);
  for (int p = start; p < k; p++) {
    const float* above = a + p * lda;
    Vector factor = broadcast(-above[k]);
    for (int v = 0; v < VECTORS; v++) sums[v] = multiplyAdd(factor, load(above + j + v * WIDTH), sums[v]);
  }
  for (int v = 0; v < VECTORS; v++) store(a + k * lda + j + v * WIDTH, sums[v]);
}

/** Factors A = UᵀU in place (upper triangle; size a multiple of 16); `inverseDiagonal` gets 1 / U_kk. */
NOINLINE void factorCholesky(float* a, int size, size_t lda, float* inverseDiagonal) {
  enum { BLOCK = 16 };
  for (int start = 0; start < size; start += BLOCK) {
    for (int k = start; k < start + BLOCK; k++) {
      float* row = a + k * lda;
      const int first = k / WIDTH * WIDTH;
      int j = first;
      for (; j + 4 * WIDTH <= size; j += 4 * WIDTH) subtractRowsAbove<4>(a, lda, start, k, j);
      for (; j < size; j += WIDTH) subtractRowsAbove<1>(a, lda, start, k, j);
      // Rounding may take a pivot of a nearly singular system below zero.
      const float pivot = row[k] > 1e-20f ? row[k] : 1e-20f;
      inverseDiagonal[k] = 1.0f / squareRoot(pivot);
      Vector scale = broadcast(inverseDiagonal[k]);
      for (j = first; j < size; j += WIDTH) store(row + j, load(row + j) * scale);
    }
    if (start + BLOCK < size) addOuterProducts<true>(a + start * lda, lda, BLOCK, size, a, lda, start + BLOCK);
  }
}

/** Solves UᵀU x = b in place. */
NOINLINE void solveCholesky(const float* u, int size, size_t ldu, const float* inverseDiagonal, float* b) {
  for (int k = 0; k < size; k++) {
    const float* row = u + k * ldu;
    const float x = b[k] * inverseDiagonal[k];
    int j = k + 1;
    for (; j < size && j % WIDTH != 0; j++) b[j] -= row[j] * x;
    Vector factor = broadcast(-x);
    for (; j < size; j += WIDTH) store(b + j, multiplyAdd(factor, load(row + j), load(b + j)));
    b[k] = x;
  }
  for (int k = size - 1; k >= 0; k--) {
    const float* row = u + k * ldu;
    int j = k + 1;
    float sum = b[k];
    for (; j < size && j % WIDTH != 0; j++) sum -= row[j] * b[j];
    Vector sums = broadcast(0);
    for (; j < size; j += WIDTH) sums = multiplyAdd(load(row + j), load(b + j), sums);
    b[k] = (sum - sumOf(sums)) * inverseDiagonal[k];
  }
}

}  // namespace KERNEL_NAMESPACE
