// Dot products of queries with a block of the items (`itemsAt`), in tiles of 32 × 32: a thread holds 4 × 4 of them, SIDE apart, so
// that neighbours read and write along the memory.
const SIDE = 8u;
const TILE = 4u * SIDE;
const DEPTH = 4u;

struct Params { queries: u32, first: u32, count: u32 }
@group(0) @binding(0) var<storage, read> queries: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> scores: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

var<workgroup> left: array<array<vec4f, TILE>, DEPTH>;
var<workgroup> right: array<array<vec4f, TILE>, DEPTH>;

@compute @workgroup_size(SIDE, SIDE)
fn main(@builtin(local_invocation_id) id: vec3u, @builtin(local_invocation_index) thread: u32,
        @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let across = (params.count + TILE - 1) / TILE;
  let place = group.x + group.y * groups.x;
  let query = place / across * TILE;
  let item = place % across * TILE;
  if (query >= params.queries) { return; }
  var sums = mat4x4f();
  for (var column = 0u; column < COLUMNS; column += DEPTH) {
    for (var at = thread; at < DEPTH * TILE; at += SIDE * SIDE) {
      let row = at / DEPTH;
      let k = at % DEPTH;
      left[k][row] = vec4f();
      right[k][row] = vec4f();
      if (query + row < params.queries) { left[k][row] = queries[(query + row) * COLUMNS + column + k]; }
      if (item + row < params.count) { right[k][row] = itemsAt(params.first + item + row, column + k); }
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k++) {
      for (var i = 0u; i < 4; i++) {
        let x = left[k][id.y + SIDE * i];
        sums[i] += vec4f(dot(x, right[k][id.x]), dot(x, right[k][id.x + SIDE]), dot(x, right[k][id.x + 2 * SIDE]),
                         dot(x, right[k][id.x + 3 * SIDE]));
      }
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < 4; i++) {
    for (var j = 0u; j < 4; j++) {
      let q = query + id.y + SIDE * i;
      let other = item + id.x + SIDE * j;
      if (q < params.queries && other < params.count) { scores[q * params.count + other] = sums[i][j]; }
    }
  }
}
