// Vectors of floats as wide as the instruction set: 16 with AVX-512, 8 with AVX2, else 4 (SSE, NEON, WebAssembly SIMD). The
// compiler's vector types carry the arithmetic; only what they cannot say well is spelt out per instruction set.
#pragma once
#include <stddef.h>
#include <stdint.h>
#if defined(__wasm__)
#include <wasm_simd128.h>
#elif defined(__x86_64__)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))
#define NOINLINE static __attribute__((noinline))

namespace KERNEL_NAMESPACE {

#if defined(__AVX512F__)
enum { WIDTH = 16 };
#elif defined(__AVX2__)
enum { WIDTH = 8 };
#else
enum { WIDTH = 4 };
#endif

typedef float Vector __attribute__((vector_size(WIDTH * 4), aligned(4), may_alias));
typedef int32_t Integers __attribute__((vector_size(WIDTH * 4), aligned(4), may_alias));
typedef float Four __attribute__((vector_size(16), aligned(4), may_alias));

INLINE Vector load(const float* from) { return *(const Vector*)from; }
INLINE void store(float* to, Vector value) { *(Vector*)to = value; }

/** GCC writes loops for a broadcast in vector notation, so it is an intrinsic. */
INLINE Vector broadcast(float value) {
#if defined(__wasm__)
  return (Vector)wasm_f32x4_splat(value);
#elif defined(__AVX512F__)
  return (Vector)_mm512_set1_ps(value);
#elif defined(__AVX2__)
  return (Vector)_mm256_set1_ps(value);
#else
  return Vector{value, value, value, value};
#endif
}

/** a · b + c; one instruction where there is one, as the native build allows contraction. */
INLINE Vector multiplyAdd(Vector a, Vector b, Vector c) { return a * b + c; }

#if defined(__AVX512F__)
typedef float Eight __attribute__((vector_size(32), aligned(4), may_alias));
INLINE Four foldToFour(Vector v) {
  Eight low = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7);
  Eight high = __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
  Eight sum = low + high;
  return __builtin_shufflevector(sum, sum, 0, 1, 2, 3) + __builtin_shufflevector(sum, sum, 4, 5, 6, 7);
}
#elif defined(__AVX2__)
INLINE Four foldToFour(Vector v) {
  return __builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7);
}
#else
INLINE Four foldToFour(Vector v) { return v; }
#endif

/** The sums of four vectors. */
INLINE Four sumsOf(Vector a, Vector b, Vector c, Vector d) {
#if defined(__AVX512F__)
  // Adds neighbours within each quarter of the register first, so that only one vector is left to fold.
  __m512 ab = _mm512_add_ps(_mm512_unpacklo_ps((__m512)a, (__m512)b), _mm512_unpackhi_ps((__m512)a, (__m512)b));
  __m512 cd = _mm512_add_ps(_mm512_unpacklo_ps((__m512)c, (__m512)d), _mm512_unpackhi_ps((__m512)c, (__m512)d));
  return foldToFour((Vector)_mm512_add_ps(_mm512_shuffle_ps(ab, cd, 0x44), _mm512_shuffle_ps(ab, cd, 0xee)));
#elif defined(__AVX2__)
  __m256 ab = _mm256_add_ps(_mm256_unpacklo_ps((__m256)a, (__m256)b), _mm256_unpackhi_ps((__m256)a, (__m256)b));
  __m256 cd = _mm256_add_ps(_mm256_unpacklo_ps((__m256)c, (__m256)d), _mm256_unpackhi_ps((__m256)c, (__m256)d));
  return foldToFour((Vector)_mm256_add_ps(_mm256_shuffle_ps(ab, cd, 0x44), _mm256_shuffle_ps(ab, cd, 0xee)));
#else
  Four x = foldToFour(a), y = foldToFour(b), z = foldToFour(c), w = foldToFour(d);
  Four xy = __builtin_shufflevector(x, y, 0, 4, 1, 5) + __builtin_shufflevector(x, y, 2, 6, 3, 7);
  Four zw = __builtin_shufflevector(z, w, 0, 4, 1, 5) + __builtin_shufflevector(z, w, 2, 6, 3, 7);
  return __builtin_shufflevector(xy, zw, 0, 1, 4, 5) + __builtin_shufflevector(xy, zw, 2, 3, 6, 7);
#endif
}

INLINE float sumOf(Vector v) {
  Four four = foldToFour(v);
  return (four[0] + four[2]) + (four[1] + four[3]);
}

/** Bit i is set where lane i of a comparison holds. */
INLINE uint32_t maskOf(Integers comparison) {
#if defined(__wasm__)
  return wasm_i32x4_bitmask((v128_t)comparison);
#elif defined(__AVX512F__)
  return _mm512_movepi32_mask((__m512i)comparison);
#elif defined(__AVX2__)
  return _mm256_movemask_ps((__m256)comparison);
#elif defined(__x86_64__)
  return _mm_movemask_ps((__m128)comparison);
#else
  uint32_t mask = 0;
  for (int lane = 0; lane < WIDTH; lane++) mask |= (comparison[lane] & 1u) << lane;
  return mask;
#endif
}

/** Adds a 64-byte line to the cache; WebAssembly has no such instruction. */
INLINE void prefetch(const void* address) {
#if !defined(__wasm__)
  __builtin_prefetch(address, 0, 3);
#else
  (void)address;
#endif
}

INLINE void prefetchRow(const float* row, int length) {
  for (int k = 0; k < length; k += 16) prefetch(row + k);
}

INLINE Vector squareRoots(Vector v) {
#if defined(__wasm__)
  return (Vector)wasm_f32x4_sqrt((v128_t)v);
#elif defined(__AVX512F__)
  return (Vector)_mm512_sqrt_ps((__m512)v);
#elif defined(__AVX2__)
  return (Vector)_mm256_sqrt_ps((__m256)v);
#elif defined(__x86_64__)
  return (Vector)_mm_sqrt_ps((__m128)v);
#else
  for (int lane = 0; lane < WIDTH; lane++) v[lane] = __builtin_sqrtf(v[lane]);
  return v;
#endif
}

INLINE Vector largerOf(Vector a, Vector b) { return a > b ? a : b; }

INLINE float largestOf(Vector v) {
  float largest = v[0];
  for (int lane = 1; lane < WIDTH; lane++) largest = v[lane] > largest ? v[lane] : largest;
  return largest;
}

/** eˣ within 2 units in the last place; x is first clamped to ±87. */
INLINE Vector exponentials(Vector x) {
  x = largerOf(x, broadcast(-87.0f));
  x = x < broadcast(87.0f) ? x : broadcast(87.0f);
  // Added to this, a number loses its fraction; the low bits of the sum then hold its whole part.
  const Vector rounding = broadcast(12582912.0f);
  const Vector shifted = x * broadcast(1.44269504f) + rounding;
  const Vector whole = shifted - rounding;
  // ln 2 in two parts, so that the rest of the argument keeps its digits.
  const Vector rest = (x - whole * broadcast(0.693359375f)) + whole * broadcast(2.12194440e-4f);
  Vector sum = broadcast(1.0f / 5040);
  const float coefficients[] = {1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1.0f, 1.0f};
  for (float coefficient : coefficients) sum = multiplyAdd(sum, rest, broadcast(coefficient));
  return sum * (Vector)(((Integers)shifted + 127) << 23);
}

INLINE float squareRoot(float value) { return __builtin_sqrtf(value); }
INLINE float absolute(float value) { return __builtin_fabsf(value); }
INLINE int smaller(int a, int b) { return a < b ? a : b; }
INLINE int larger(int a, int b) { return a > b ? a : b; }

// The following take any length.

INLINE float dot(const float* a, const float* b, int length) {
  Vector sum = broadcast(0);
  int k = 0;
  for (; k + WIDTH <= length; k += WIDTH) sum = multiplyAdd(load(a + k), load(b + k), sum);
  float total = sumOf(sum);
  for (; k < length; k++) total += a[k] * b[k];
  return total;
}

/** y += factor · x */
INLINE void addScaled(float* y, float factor, const float* x, int length) {
  Vector f = broadcast(factor);
  int k = 0;
  for (; k + WIDTH <= length; k += WIDTH) store(y + k, multiplyAdd(f, load(x + k), load(y + k)));
  for (; k < length; k++) y[k] += factor * x[k];
}

INLINE void fill(float* to, float value, size_t length) {
  Vector v = broadcast(value);
  size_t k = 0;
  for (; k + WIDTH <= length; k += WIDTH) store(to + k, v);
  for (; k < length; k++) to[k] = value;
}

INLINE void copy(float* to, const float* from, size_t length) {
  size_t k = 0;
  for (; k + WIDTH <= length; k += WIDTH) store(to + k, load(from + k));
  for (; k < length; k++) to[k] = from[k];
}

}  // namespace KERNEL_NAMESPACE
