// The kernels of one instruction set, by name.
#pragma once
#include "run.h"

struct KernelEntry {
  const char* name;
  void (*call)(const Run& run, const void* arguments);
};

struct KernelTable {
  const char* instructionSet;
  /** Ends with a null name. */
  KernelEntry entries[64];
};
