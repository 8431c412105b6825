// Sums over pieces of segments, a thread a piece and column (four dimensions): long segments are several pieces, so that one
// popular row keeps no thread busy for long. Positions from `count` on stand for `vectorsAt(position - count)` with the other sign.
struct Params { pieces: u32, count: u32 }
@group(0) @binding(0) var<storage, read> positions: array<u32>;
// First and last place of a piece in `positions`.
@group(0) @binding(1) var<storage, read> pieces: array<vec2u>;
@group(0) @binding(2) var<storage, read_write> partials: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u,
        @builtin(num_workgroups) groups: vec3u) {
  let at = (group.x + group.y * groups.x) * 64 + thread;
  let piece = at / COLUMNS;
  if (piece >= params.pieces) { return; }
  var sum = vec4f();
  for (var place = pieces[piece].x; place < pieces[piece].y; place++) {
    let position = positions[place];
    let isNegative = position >= params.count;
    let vector = vectorsAt(select(position, position - params.count, isNegative), at % COLUMNS);
    sum += select(vector, -vector, isNegative);
  }
  partials[at] = sum;
}
