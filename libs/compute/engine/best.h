// The best of a stream of scored entries: greater keys first, equal keys by lower index.
#pragma once
#include <stdint.h>

namespace KERNEL_NAMESPACE {

/** A heap with its worst entry on top, over arrays of the caller. */
struct Best {
  float* keys;
  uint32_t* indices;
  int limit;
  int count = 0;

  bool full() const { return count == limit; }

  /** Whether an entry would be kept; entries of index above all kept ones need only beat the worst key. */
  bool wants(float key, uint32_t index) const {
    return limit > 0 && (!full() || isWorse(keys[0], indices[0], key, index));
  }

  void offer(float key, uint32_t index) {
    if (!wants(key, index)) return;
    if (full()) return siftDown(0, count, key, index);
    int at = count++;
    while (at > 0) {
      const int parent = (at - 1) / 2;
      if (!isWorse(key, index, keys[parent], indices[parent])) break;
      put(at, keys[parent], indices[parent]);
      at = parent;
    }
    put(at, key, index);
  }

  /** Leaves the arrays sorted, best first; nothing may be offered afterwards. */
  void sort() {
    for (int end = count - 1; end > 0; end--) {
      const float key = keys[end];
      const uint32_t index = indices[end];
      put(end, keys[0], indices[0]);
      siftDown(0, end, key, index);
    }
  }

 private:
  static bool isWorse(float key, uint32_t index, float otherKey, uint32_t otherIndex) {
    return key < otherKey || (key == otherKey && index > otherIndex);
  }

  void put(int at, float key, uint32_t index) {
    keys[at] = key;
    indices[at] = index;
  }

  void siftDown(int at, int end, float key, uint32_t index) {
    for (;;) {
      int child = 2 * at + 1;
      if (child >= end) break;
      if (child + 1 < end && isWorse(keys[child + 1], indices[child + 1], keys[child], indices[child])) child++;
      if (!isWorse(keys[child], indices[child], key, index)) break;
      put(at, keys[child], indices[child]);
      at = child;
    }
    put(at, key, index);
  }
};

/** Sorts entries by ascending index (heap sort). */
static inline void sortByIndex(uint32_t* indices, float* values, int count) {
  auto siftDown = [&](int at, int end) {
    for (;;) {
      int child = 2 * at + 1;
      if (child >= end) return;
      if (child + 1 < end && indices[child + 1] > indices[child]) child++;
      if (indices[child] <= indices[at]) return;
      const uint32_t index = indices[at];
      const float value = values[at];
      indices[at] = indices[child], values[at] = values[child];
      indices[child] = index, values[child] = value;
      at = child;
    }
  };
  for (int at = count / 2 - 1; at >= 0; at--) siftDown(at, count);
  for (int end = count - 1; end > 0; end--) {
    const uint32_t index = indices[0];
    const float value = values[0];
    indices[0] = indices[end], values[0] = values[end];
    indices[end] = index, values[end] = value;
    siftDown(0, end);
  }
}

}  // namespace KERNEL_NAMESPACE
