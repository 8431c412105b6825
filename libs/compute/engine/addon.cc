// The door from JavaScript (Node-API): which instruction sets there are, engines with threads, and runs that end as promises.
#include <node_api.h>

#include <cstring>
#include <memory>
#include <string>
#include "thread-pool.h"

#if defined(__x86_64__)
extern const KernelTable kernelsAvx512, kernelsAvx2, kernelsSse;
#else
extern const KernelTable kernelsGeneric;
#endif

namespace {

std::vector<const KernelTable*> usableTables() {
#if defined(__x86_64__)
  std::vector<const KernelTable*> tables;
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni"))
    tables.push_back(&kernelsAvx512);
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) tables.push_back(&kernelsAvx2);
  if (__builtin_cpu_supports("sse4.2")) tables.push_back(&kernelsSse);
  return tables;
#else
  return {&kernelsGeneric};
#endif
}

struct NativeEngine {
  const KernelTable* table;
  std::unique_ptr<ThreadPool> pool;
};

/** What belongs to one JavaScript environment: the main thread's, or a worker's. */
struct Instance {
  std::vector<NativeEngine> engines;
  napi_threadsafe_function settle = nullptr;
  int pending = 0;
};

struct PromisedJob : Job {
  napi_deferred deferred;
  Instance* instance;
};

napi_value throwError(napi_env env, const std::string& message) {
  napi_throw_error(env, nullptr, message.c_str());
  return nullptr;
}

template <size_t COUNT>
Instance* readArguments(napi_env env, napi_callback_info info, napi_value (&values)[COUNT]) {
  size_t count = COUNT;
  void* instance = nullptr;
  napi_get_cb_info(env, info, &count, values, nullptr, nullptr);
  napi_get_instance_data(env, &instance);
  return (Instance*)instance;
}

double numberOf(napi_env env, napi_value value) {
  double number = 0;
  napi_get_value_double(env, value, &number);
  return number;
}

std::string textOf(napi_env env, napi_value value) {
  char text[64];
  size_t length = 0;
  napi_get_value_string_utf8(env, value, text, sizeof text, &length);
  return std::string(text, length);
}

void* addressOf(napi_env env, napi_value typedArray) {
  void* address = nullptr;
  napi_get_typedarray_info(env, typedArray, nullptr, nullptr, &address, nullptr, nullptr);
  return address;
}

/** Lays JavaScript's arguments out as kernels read them: an address, a double, or zero for null. */
std::vector<uint64_t> layOut(napi_env env, napi_value list) {
  uint32_t length = 0;
  napi_get_array_length(env, list, &length);
  std::vector<uint64_t> slots(length);
  for (uint32_t i = 0; i < length; i++) {
    napi_value value;
    napi_get_element(env, list, i, &value);
    napi_valuetype type;
    napi_typeof(env, value, &type);
    bool isArray = false;
    napi_is_typedarray(env, value, &isArray);
    if (type == napi_number) {
      const double number = numberOf(env, value);
      memcpy(&slots[i], &number, 8);
    } else if (isArray) slots[i] = (uint64_t)(uintptr_t)addressOf(env, value);
  }
  return slots;
}

/** instructionSets(): names, fastest first. */
napi_value instructionSets(napi_env env, napi_callback_info) {
  napi_value list;
  napi_create_array(env, &list);
  uint32_t at = 0;
  for (const KernelTable* table : usableTables()) {
    napi_value name;
    napi_create_string_utf8(env, table->instructionSet, NAPI_AUTO_LENGTH, &name);
    napi_set_element(env, list, at++, name);
  }
  return list;
}

/** open(instructionSet, threads): a number for `run` and `close`. */
napi_value open(napi_env env, napi_callback_info info) {
  napi_value values[2];
  Instance* instance = readArguments(env, info, values);
  const std::string wanted = textOf(env, values[0]);
  for (const KernelTable* table : usableTables()) {
    if (wanted != table->instructionSet) continue;
    instance->engines.push_back({table, std::make_unique<ThreadPool>((int)numberOf(env, values[1]))});
    napi_value number;
    napi_create_uint32(env, (uint32_t)instance->engines.size() - 1, &number);
    return number;
  }
  return throwError(env, "This processor cannot run " + wanted + ".");
}

/** close(engine): ends its threads; runs under way are cancelled. */
napi_value close(napi_env env, napi_callback_info info) {
  napi_value values[1];
  Instance* instance = readArguments(env, info, values);
  instance->engines[(size_t)numberOf(env, values[0])].pool.reset();
  return nullptr;
}

void settleJob(napi_env env, napi_value, void* context, void* data) {
  std::unique_ptr<PromisedJob> job((PromisedJob*)data);
  if (!env) return;
  Instance* instance = (Instance*)context;
  napi_value value;
  if (job->failed) {
    napi_value text;
    napi_create_string_utf8(env, "No memory is left for a kernel's scratch space.", NAPI_AUTO_LENGTH, &text);
    napi_create_error(env, nullptr, text, &value);
    napi_reject_deferred(env, job->deferred, value);
  } else {
    napi_get_undefined(env, &value);
    napi_resolve_deferred(env, job->deferred, value);
  }
  // An idle engine does not keep the process alive.
  if (--instance->pending == 0) napi_unref_threadsafe_function(env, instance->settle);
}

/** run(engine, kernel, arguments, control, scratchBytes, tickets): a promise; the caller keeps the arrays alive until then. */
napi_value run(napi_env env, napi_callback_info info) {
  napi_value values[6];
  Instance* instance = readArguments(env, info, values);
  const NativeEngine& engine = instance->engines[(size_t)numberOf(env, values[0])];
  const std::string name = textOf(env, values[1]);
  if (!engine.pool) return throwError(env, "The engine is closed.");
  const KernelEntry* entry = engine.table->entries;
  while (entry->name && name != entry->name) entry++;
  if (!entry->name) return throwError(env, "There is no kernel " + name + ".");
  auto* job = new PromisedJob();
  job->call = entry->call;
  job->arguments = layOut(env, values[2]);
  job->control = (Control*)addressOf(env, values[3]);
  job->scratchBytes = (size_t)numberOf(env, values[4]);
  job->ticketsToTake = job->ticketsToFinish = (int)numberOf(env, values[5]);
  job->instance = instance;
  job->finished = [](Job* done) {
    auto* promised = (PromisedJob*)done;
    napi_call_threadsafe_function(promised->instance->settle, promised, napi_tsfn_nonblocking);
  };
  napi_value promise;
  napi_create_promise(env, &job->deferred, &promise);
  if (instance->pending++ == 0) napi_ref_threadsafe_function(env, instance->settle);
  engine.pool->add(job);
  return promise;
}

/** allocate(bytes): an aligned ArrayBuffer of zeros. */
napi_value allocate(napi_env env, napi_callback_info info) {
  napi_value values[1];
  readArguments(env, info, values);
  const size_t bytes = (size_t)numberOf(env, values[0]);
  void* memory = allocateAligned(bytes);
  napi_value buffer;
  if (!memory) return throwError(env, "There is no memory left for " + std::to_string(bytes) + " bytes.");
  const auto release = [](napi_env, void* data, void*) { free(data); };
  if (napi_create_external_arraybuffer(env, memory, bytes, release, nullptr, &buffer) == napi_ok) return buffer;
  free(memory);
  return throwError(env, "This Node does not take outside memory.");
}

/** Before the environment's arrays go away, nothing may run on them. */
void stopEngines(void* data) { ((Instance*)data)->engines.clear(); }

napi_value initialize(napi_env env, napi_value exports) {
  auto* instance = new Instance();
  napi_set_instance_data(env, instance, [](napi_env, void* data, void*) { delete (Instance*)data; }, nullptr);
  napi_value name;
  napi_create_string_utf8(env, "kindred-compute", NAPI_AUTO_LENGTH, &name);
  napi_create_threadsafe_function(env, nullptr, nullptr, name, 0, 1, nullptr, nullptr, instance, settleJob,
                                  &instance->settle);
  napi_unref_threadsafe_function(env, instance->settle);
  napi_add_env_cleanup_hook(env, stopEngines, instance);
  const struct {
    const char* name;
    napi_callback function;
  } functions[] = {{"instructionSets", instructionSets}, {"open", open}, {"close", close}, {"run", run}, {"allocate", allocate}};
  for (const auto& each : functions) {
    napi_value value;
    napi_create_function(env, each.name, NAPI_AUTO_LENGTH, each.function, nullptr, &value);
    napi_set_named_property(env, exports, each.name, value);
  }
  return exports;
}

}  // namespace

NAPI_MODULE(kindred_compute, initialize)
