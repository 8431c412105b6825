// Upper triangle of YᵀY over fixed parts of the rows of a table (`yAt`), in tiles of 32 × 32: a thread holds 4 × 4 sums.
const SIDE = 8u;
const DEPTH = 16u;
const TILES = (COLUMNS + SIDE - 1) / SIDE;

struct Params { rows: u32, rowsPerPart: u32, first: u32, parts: u32 }
@group(0) @binding(0) var<storage, read_write> sums: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

var<workgroup> left: array<array<vec4f, SIDE>, DEPTH>;
var<workgroup> right: array<array<vec4f, SIDE>, DEPTH>;

fn tileAt(row: u32, last: u32, column: u32) -> vec4f {
  if (row >= last || column >= COLUMNS) { return vec4f(); }
  return yAt(row, column);
}

@compute @workgroup_size(SIDE, SIDE)
fn main(@builtin(local_invocation_id) id: vec3u, @builtin(local_invocation_index) thread: u32,
        @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let place = group.x + group.y * groups.x;
  if (place >= params.parts * TILES * TILES) { return; }
  let part = params.first + place / (TILES * TILES);
  let i = place / TILES % TILES * SIDE;
  let j = place % TILES * SIDE;
  let start = part * params.rowsPerPart;
  if (start >= params.rows || j < i) { return; }
  let last = min(params.rows, start + params.rowsPerPart);
  var total = mat4x4f();
  for (var first = start; first < last; first += DEPTH) {
    for (var at = thread; at < DEPTH * SIDE; at += SIDE * SIDE) {
      left[at / SIDE][at % SIDE] = tileAt(first + at / SIDE, last, i + at % SIDE);
      right[at / SIDE][at % SIDE] = tileAt(first + at / SIDE, last, j + at % SIDE);
    }
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k++) {
      let x = left[k][id.y];
      let y = right[k][id.x];
      total += mat4x4f(x.x * y, x.y * y, x.z * y, x.w * y);
    }
    workgroupBarrier();
  }
  if (i + id.y >= COLUMNS || j + id.x >= COLUMNS) { return; }
  for (var k = 0u; k < 4; k++) {
    sums[(part * 4 * COLUMNS + 4 * (i + id.y) + k) * COLUMNS + j + id.x] = total[k];
  }
}
