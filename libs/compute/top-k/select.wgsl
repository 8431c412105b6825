// Merges a block of scores into a query's best so far, one query a workgroup: items that beat the last place are collected, and
// sorted in when there is room for no more. Blocks come by ascending item, so of equal scores the one that is there stays.
const PLACES = 128u;
const SIZE = 2u * PLACES;
const THREADS = 64u;
const LOWEST = -0x1.fffffep+127f;

struct Params { queries: u32, first: u32, count: u32, limit: u32 }
@group(0) @binding(0) var<storage, read> scores: array<f32>;
@group(0) @binding(1) var<storage, read> allowed: array<u32>;
@group(0) @binding(2) var<storage, read_write> bestScores: array<f32>;
@group(0) @binding(3) var<storage, read_write> bestItems: array<u32>;
@group(1) @binding(0) var<uniform> params: Params;

var<workgroup> keys: array<f32, SIZE>;
var<workgroup> items: array<u32, SIZE>;
var<workgroup> collected: atomic<u32>;
var<workgroup> filled: u32;
var<workgroup> worst: f32;

fn isAllowed(item: u32) -> bool {
  if (HAS_ALLOWED == 0u) { return true; }
  return ((allowed[item / 32] >> (item % 32)) & 1) == 1;
}

fn isBefore(a: u32, b: u32) -> bool { return keys[a] > keys[b] || (keys[a] == keys[b] && items[a] < items[b]); }

// Bitonic sort (Batcher 1968), best first; then room is made for more.
fn sort(thread: u32) {
  for (var run = 2u; run <= SIZE; run *= 2) {
    for (var gap = run / 2; gap > 0; gap /= 2) {
      workgroupBarrier();
      for (var at = thread; at < PLACES; at += THREADS) {
        let a = 2 * at - at % gap;
        let b = a + gap;
        if (select(isBefore(a, b), isBefore(b, a), (a & run) == 0)) {
          let key = keys[a];
          let item = items[a];
          keys[a] = keys[b];
          items[a] = items[b];
          keys[b] = key;
          items[b] = item;
        }
      }
    }
  }
  workgroupBarrier();
  for (var at = thread; at < PLACES; at += THREADS) {
    keys[PLACES + at] = LOWEST;
    items[PLACES + at] = 0xffffffff;
  }
  if (thread == 0) {
    worst = keys[params.limit - 1];
    atomicStore(&collected, 0);
  }
  workgroupBarrier();
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u,
        @builtin(num_workgroups) groups: vec3u) {
  let query = group.x + group.y * groups.x;
  if (query >= params.queries) { return; }
  for (var at = thread; at < PLACES; at += THREADS) {
    keys[at] = select(bestScores[query * PLACES + at], LOWEST, params.first == 0);
    items[at] = select(bestItems[query * PLACES + at], 0xffffffff, params.first == 0);
    keys[PLACES + at] = LOWEST;
    items[PLACES + at] = 0xffffffff;
  }
  workgroupBarrier();
  if (thread == 0) { worst = keys[params.limit - 1]; }
  workgroupBarrier();
  for (var start = 0u; start < params.count; start += THREADS) {
    let at = start + thread;
    if (at < params.count) {
      let score = scores[query * params.count + at];
      if (score > worst && isAllowed(params.first + at)) {
        let place = PLACES + atomicAdd(&collected, 1);
        keys[place] = score;
        items[place] = params.first + at;
      }
    }
    workgroupBarrier();
    if (thread == 0) { filled = atomicLoad(&collected); }
    if (workgroupUniformLoad(&filled) + THREADS > PLACES) { sort(thread); }
  }
  sort(thread);
  for (var at = thread; at < PLACES; at += THREADS) {
    bestScores[query * PLACES + at] = keys[at];
    bestItems[query * PLACES + at] = items[at];
  }
}
