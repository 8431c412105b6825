// Every kernel, compiled once per instruction set into a namespace of its own, and the table by which the engine finds them.
#include "best.h"
#include "matrix.h"
#include "random.h"
#include "run.h"
#include "vector.h"

namespace KERNEL_NAMESPACE {
#include "../gram/gram.cc"
#include "../als-half-sweep/als-half-sweep.cc"
#include "../pairwise-sgd/pairwise-sgd.cc"
#include "../rating-sgd/rating-sgd.cc"
#include "../sparse-gram/sparse-gram.cc"
#include "../symmetric-inverse/symmetric-inverse.cc"
#include "../similarity/similarity.cc"
#include "../elastic-net/elastic-net.cc"
#include "../scores/scores.cc"
#include "../held-out-ranks/held-out-ranks.cc"
#include "../top-k/top-k.cc"
#include "../softmax-loss/softmax-loss.cc"
#include "../embedding-step/embedding-step.cc"
#include "../one-vs-rest/one-vs-rest.cc"
}  // namespace KERNEL_NAMESPACE

#define FOR_EACH_KERNEL(DO)                                                                                              \
  DO(gram)                                                                                                               \
  DO(principal_axes)                                                                                                     \
  DO(rotate_rows)                                                                                                        \
  DO(als_conjugate_gradient)                                                                                             \
  DO(als_block_descent)                                                                                                  \
  DO(pairwise_sgd)                                                                                                       \
  DO(rating_sgd)                                                                                                         \
  DO(sparse_gram)                                                                                                        \
  DO(inverse_pivot)                                                                                                      \
  DO(inverse_panel)                                                                                                      \
  DO(inverse_update)                                                                                                     \
  DO(inverse_mirror)                                                                                                     \
  DO(truncated_product)                                                                                                  \
  DO(elastic_net)                                                                                                        \
  DO(truncate_rows)                                                                                                      \
  DO(scores_by_factors)                                                                                                  \
  DO(scores_by_similarity)                                                                                               \
  DO(held_out_ranks)                                                                                                     \
  DO(pack_items)                                                                                                         \
  DO(top_items)                                                                                                          \
  DO(top_scores)                                                                                                         \
  DO(pack_table)                                                                                                         \
  DO(softmax_rows)                                                                                                       \
  DO(softmax_columns)                                                                                                    \
  DO(embedding_gradients)                                                                                                \
  DO(embedding_adam)                                                                                                     \
  DO(one_vs_rest_pass)

namespace {
/** The arguments of a kernel are laid out as its struct says, 8 bytes each. */
template <class Arguments, void (*KERNEL)(const Run&, const Arguments&)>
void call(const Run& run, const void* arguments) {
  KERNEL(run, *(const Arguments*)arguments);
}

template <class Arguments>
constexpr auto argumentsOf(void (*)(const Run&, const Arguments&)) -> Arguments;
}  // namespace

#define CALL(name) call<decltype(argumentsOf(KERNEL_NAMESPACE::name)), KERNEL_NAMESPACE::name>

#if defined(__wasm__)

#define EXPORT(name)                                                                                                     \
  extern "C" __attribute__((export_name(#name))) void export_##name(Control* control, char* scratch, const void* in) {   \
    CALL(name)(Run{control, scratch}, in);                                                                               \
  }
FOR_EACH_KERNEL(EXPORT)

#else

#include "table.h"
#define ENTRY(name) {#name, CALL(name)},
extern const KernelTable KERNEL_TABLE = {KERNEL_INSTRUCTION_SET, {FOR_EACH_KERNEL(ENTRY){nullptr, nullptr}}};

#endif
