// Threads that work off runs, first come first served. A run asks for as many threads as may help it and is done when all
// of its tickets are; one thread may take several of them, as kernels allow any number.
#pragma once
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>
#if defined(__linux__)
#include <sys/mman.h>
#endif
#include "table.h"

/** Zeros on a cache line's boundary, in large pages where they pay: rows that straddle lines or pages cost a quarter more. */
inline void* allocateAligned(size_t bytes) {
  const size_t page = (size_t)2 << 20;
  const size_t alignment = bytes < page ? 64 : page;
  const size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* memory = nullptr;
  if (posix_memalign(&memory, alignment, rounded ? rounded : alignment) != 0) return nullptr;
#if defined(__linux__)
  if (alignment == page) madvise(memory, rounded, MADV_HUGEPAGE);
#endif
  memset(memory, 0, bytes);
  return memory;
}

struct Job {
  void (*call)(const Run&, const void*);
  Control* control;
  std::vector<uint64_t> arguments;
  size_t scratchBytes;
  int ticketsToTake;
  int ticketsToFinish;
  bool failed = false;
  /** Called on a pool thread once every ticket is done. */
  std::function<void(Job*)> finished;
};

class ThreadPool {
 public:
  explicit ThreadPool(int count) {
    for (int i = 0; i < count; i++) threads.emplace_back([this] { work(); });
  }

  ~ThreadPool() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      stopping = true;
      for (Job* job : jobs) __atomic_store_n(&job->control->cancelled, 1, __ATOMIC_RELAXED);
      for (Job* job : running) __atomic_store_n(&job->control->cancelled, 1, __ATOMIC_RELAXED);
    }
    wake.notify_all();
    for (std::thread& thread : threads) thread.join();
  }

  void add(Job* job) {
    {
      std::lock_guard<std::mutex> lock(mutex);
      jobs.push_back(job);
    }
    if (job->ticketsToFinish == 1) wake.notify_one();
    else wake.notify_all();
  }

 private:
  void work() {
    char* scratch = nullptr;
    size_t scratchBytes = 0;
    for (Job* job; (job = takeTicket());) {
      if (job->scratchBytes > scratchBytes) {
        free(scratch);
        scratch = (char*)allocateAligned(job->scratchBytes);
        scratchBytes = scratch ? job->scratchBytes : 0;
      }
      if (job->scratchBytes > scratchBytes) job->failed = true;
      else job->call(Run{job->control, scratch}, job->arguments.data());
      finishTicket(job);
    }
    free(scratch);
  }

  Job* takeTicket() {
    std::unique_lock<std::mutex> lock(mutex);
    wake.wait(lock, [this] { return stopping || !jobs.empty(); });
    if (stopping) return nullptr;
    Job* job = jobs.front();
    if (--job->ticketsToTake == 0) jobs.pop_front();
    running.push_back(job);
    return job;
  }

  void finishTicket(Job* job) {
    bool isLast;
    {
      std::lock_guard<std::mutex> lock(mutex);
      for (size_t i = 0; i < running.size(); i++)
        if (running[i] == job) {
          running.erase(running.begin() + i);
          break;
        }
      isLast = --job->ticketsToFinish == 0;
    }
    if (isLast) job->finished(job);
  }

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Job*> jobs;
  std::vector<Job*> running;
  std::vector<std::thread> threads;
  bool stopping = false;
};
