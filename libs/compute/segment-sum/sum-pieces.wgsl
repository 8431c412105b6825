// The sum of a segment over its pieces, in their order.
struct Params { segments: u32 }
@group(0) @binding(0) var<storage, read> partials: array<vec4f>;
@group(0) @binding(1) var<storage, read> pieceOffsets: array<u32>;
@group(0) @binding(2) var<storage, read_write> sums: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u,
        @builtin(num_workgroups) groups: vec3u) {
  let at = (group.x + group.y * groups.x) * 64 + thread;
  let segment = at / COLUMNS;
  if (segment >= params.segments) { return; }
  var sum = vec4f();
  for (var piece = pieceOffsets[segment]; piece < pieceOffsets[segment + 1]; piece++) {
    sum += partials[piece * COLUMNS + at % COLUMNS];
  }
  sums[at] = sum;
}
