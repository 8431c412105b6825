// How a kernel meets the engine: its arguments, and the run that it belongs to. Every thread of a run executes the whole
// kernel; work is divided by a shared counter, so a kernel is right for any number of threads, even one after another.
#pragma once
#include <stddef.h>
#include <stdint.h>
#if defined(__wasm__)
// There is no C library; the compiler has instructions for these two.
#define memset __builtin_memset
#define memcpy __builtin_memcpy
#else
#include <string.h>
#endif

/** An argument that is an array: 8 bytes on every target, so that the caller lays arguments out once. */
template <class T>
struct Array {
  union {
    T* address;
    uint64_t bits;
  };
  operator T*() const { return address; }
};

/** An argument that is a number. */
struct Number {
  double value;
  operator double() const { return value; }
  operator float() const { return (float)value; }
  operator int() const { return (int)value; }
  operator uint32_t() const { return (uint32_t)value; }
};

/** Shared by the threads of a run and the caller, who made it; the order of fields is known to `engine.ts`. */
struct Control {
  int32_t next;
  int32_t cancelled;
};

/** One thread's view of a run. */
struct Run {
  Control* control;
  /** 64-byte aligned, as long as the caller asked for; undefined contents. */
  char* scratch;

  bool cancelled() const { return __atomic_load_n(&control->cancelled, __ATOMIC_RELAXED) != 0; }

  /** The next `size` of `total` pieces of work that no thread has taken; false when none is left or the run was cancelled. */
  bool take(int total, int size, int* start, int* end) const {
    if (cancelled()) return false;
    int32_t first = __atomic_fetch_add(&control->next, size, __ATOMIC_RELAXED);
    if (first >= total || first < 0) return false;
    *start = first;
    *end = total - first < size ? total : first + size;
    return true;
  }
};

/** Cuts the scratch memory into arrays. */
struct Scratch {
  char* at;
  explicit Scratch(const Run& run) : at(run.scratch) {}
  template <class T>
  T* take(size_t length) {
    T* array = (T*)at;
    at += (length * sizeof(T) + 63) / 64 * 64;
    return array;
  }
};
