// The same draws as `random/kernel.ts`, and the few functions of a C library that kernels need where there is none.
#pragma once
#include <stdint.h>

namespace KERNEL_NAMESPACE {

static inline uint32_t mixWord(uint32_t word) {
  word ^= word >> 16;
  word *= 0x85ebca6bu;
  word ^= word >> 13;
  word *= 0xc2b2ae35u;
  return word ^ (word >> 16);
}

static inline uint32_t hash32(uint32_t a, uint32_t b, uint32_t c) {
  uint32_t hash = mixWord(a + 0x9e3779b9u);
  hash = mixWord((hash ^ b) + 0x9e3779b9u);
  return mixWord((hash ^ c) + 0x9e3779b9u);
}

/** eˣ within 2 units in the last place; x is first clamped to ±87. */
static inline float exponential(float x) {
  if (x > 87.0f) x = 87.0f;
  if (x < -87.0f) x = -87.0f;
  const float scaled = x * 1.44269504f;
  const int whole = (int)(scaled + (scaled < 0 ? -0.5f : 0.5f));
  // ln 2 in two parts, so that the rest of the argument keeps its digits.
  const float rest = (x - whole * 0.693359375f) + whole * 2.12194440e-4f;
  float sum = 1.0f / 5040;
  const float coefficients[] = {1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f, 1.0f, 1.0f};
  for (float coefficient : coefficients) sum = sum * rest + coefficient;
  union {
    uint32_t bits;
    float value;
  } power = {(uint32_t)(whole + 127) << 23};
  return sum * power.value;
}

/** ln x within 3e-7 of the greater of 1 and the result; x a normal number above 0. */
static inline float logarithm(float x) {
  union {
    float value;
    uint32_t bits;
  } number = {x};
  // x = 2ⁿ · m with m in [√½, √2).
  const int exponent = (int)((number.bits - 0x3f3504f3u) >> 23) - (number.bits < 0x3f3504f3u ? 512 : 0);
  number.bits -= (uint32_t)exponent << 23;
  // ln m = 2 artanh ((m − 1) / (m + 1))
  const float ratio = (number.value - 1) / (number.value + 1), square = ratio * ratio;
  float sum = 2.0f / 9;
  const float coefficients[] = {2.0f / 7, 2.0f / 5, 2.0f / 3, 2.0f};
  for (float coefficient : coefficients) sum = sum * square + coefficient;
  return sum * ratio + exponent * 0.69314718f;
}

/** Position of the first entry of an ascending list that is not below `bound`. */
static inline int firstNotBelow(const uint32_t* list, int length, uint32_t bound) {
  int low = 0, high = length;
  while (low < high) {
    const int middle = (low + high) >> 1;
    if (list[middle] < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Position of `wanted` in an ascending list, or -1. */
static inline int findIn(const uint32_t* list, int length, uint32_t wanted) {
  const int low = firstNotBelow(list, length, wanted);
  return low < length && list[low] == wanted ? low : -1;
}

}  // namespace KERNEL_NAMESPACE
