// Takes the items that a query leaves out off its scores, one query a workgroup.
struct Params { queries: u32, first: u32, count: u32 }
@group(0) @binding(0) var<storage, read> offsets: array<u32>;
@group(0) @binding(1) var<storage, read> excluded: array<u32>;
@group(0) @binding(2) var<storage, read_write> scores: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u,
        @builtin(num_workgroups) groups: vec3u) {
  let query = group.x + group.y * groups.x;
  if (query >= params.queries) { return; }
  for (var at = offsets[query] + thread; at < offsets[query + 1]; at += 64) {
    // Below the block this wraps around, past its end.
    let item = excluded[at] - params.first;
    if (item < params.count) { scores[query * params.count + item] = -0x1.fffffep+127f; }
  }
}
