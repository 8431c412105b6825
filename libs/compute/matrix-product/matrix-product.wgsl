// C [rows, columns] = A B (or C += A B) in tiles of TILE × TILE: a thread holds 4 × 4 sums. A is read as [rows, inner], or where
// A_TRANSPOSED as [inner, rows]; B as [inner, columns], or where B_TRANSPOSED as [columns, inner]. SIDE × SIDE threads.
const TILE = 4u * SIDE;
const DEPTH = 16u;

struct Params { rows: u32, columns: u32, inner: u32 }
@group(0) @binding(0) var<storage, read> a: array<f32>;
@group(0) @binding(1) var<storage, read> b: array<f32>;
@group(0) @binding(2) var<storage, read_write> c: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

var<workgroup> left: array<array<vec4f, SIDE>, DEPTH>;
var<workgroup> right: array<array<vec4f, SIDE>, DEPTH>;

fn aAt(row: u32, k: u32) -> f32 {
  if (row >= params.rows || k >= params.inner) { return 0; }
  if (A_TRANSPOSED == 1u) { return a[k * params.rows + row]; }
  return a[row * params.inner + k];
}

fn bAt(k: u32, column: u32) -> f32 {
  if (column >= params.columns || k >= params.inner) { return 0; }
  if (B_TRANSPOSED == 1u) { return b[column * params.inner + k]; }
  return b[k * params.columns + column];
}

// Four neighbours of a tile for each of the threads; threads that follow each other read along the memory.
fn fill(thread: u32, row: u32, column: u32, first: u32) {
  for (var i = thread; i < DEPTH * SIDE; i += SIDE * SIDE) {
    let ka = select(i / SIDE, i % DEPTH, A_TRANSPOSED == 0u);
    let ia = select(i % SIDE, i / DEPTH, A_TRANSPOSED == 0u);
    let r = row + 4 * ia;
    let k = first + ka;
    left[ka][ia] = vec4f(aAt(r, k), aAt(r + 1, k), aAt(r + 2, k), aAt(r + 3, k));
    let kb = select(i / SIDE, i % DEPTH, B_TRANSPOSED == 1u);
    let ib = select(i % SIDE, i / DEPTH, B_TRANSPOSED == 1u);
    let s = column + 4 * ib;
    let m = first + kb;
    right[kb][ib] = vec4f(bAt(m, s), bAt(m, s + 1), bAt(m, s + 2), bAt(m, s + 3));
  }
}

@compute @workgroup_size(SIDE, SIDE)
fn main(@builtin(local_invocation_id) id: vec3u, @builtin(local_invocation_index) thread: u32,
        @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let tilesAcross = (params.columns + TILE - 1) / TILE;
  let tile = group.x + group.y * groups.x;
  let row = tile / tilesAcross * TILE;
  let column = tile % tilesAcross * TILE;
  if (row >= params.rows) { return; }
  var sums = mat4x4f();
  for (var first = 0u; first < params.inner; first += DEPTH) {
    fill(thread, row, column, first);
    workgroupBarrier();
    for (var k = 0u; k < DEPTH; k++) {
      let x = left[k][id.y];
      let y = right[k][id.x];
      sums += mat4x4f(x.x * y, x.y * y, x.z * y, x.w * y);
    }
    workgroupBarrier();
  }
  for (var i = 0u; i < 4; i++) {
    for (var j = 0u; j < 4; j++) {
      let r = row + 4 * id.y + i;
      let s = column + 4 * id.x + j;
      if (r < params.rows && s < params.columns) {
        let at = r * params.columns + s;
        c[at] = select(0, c[at], ACCUMULATE == 1u) + sums[i][j];
      }
    }
  }
}
