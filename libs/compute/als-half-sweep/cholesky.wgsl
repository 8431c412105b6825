// One row a workgroup: its system is built and factored in workgroup memory, the lower triangle in blocks of 4 × 4 (a block's
// vectors are its columns), then solved forwards and backwards.
const BLOCKS = COLUMNS * (COLUMNS + 1) / 2;
const TILE = 16u;

struct Params { first: u32, count: u32 }
@group(1) @binding(0) var<uniform> params: Params;

var<workgroup> matrix: array<mat4x4f, BLOCKS>;
var<workgroup> places: array<u32, BLOCKS>;
var<workgroup> solution: array<vec4f, COLUMNS>;
var<workgroup> tile: array<array<vec4f, COLUMNS>, TILE>;
var<workgroup> weights: array<f32, TILE>;

fn weightAt(entry: u32) -> f32 {
  if (WEIGHTED == 1u) { return bitcast<f32>(entries[2 * entry + 1]); }
  return 1;
}

fn blockAt(i: u32, j: u32) -> u32 { return i * (i + 1) / 2 + j; }

fn start(thread: u32, ridge: f32) {
  for (var i = thread; i < COLUMNS; i += THREADS) {
    solution[i] = vec4f();
    for (var j = 0u; j <= i; j++) { places[blockAt(i, j)] = (i << 16) | j; }
  }
  workgroupBarrier();
  for (var block = thread; block < BLOCKS; block += THREADS) {
    let i = places[block] >> 16;
    let j = places[block] & 0xffff;
    // Column k of the block is row 4j + k of the symmetric gram.
    var value = mat4x4f(gram[4 * j * COLUMNS + i], gram[(4 * j + 1) * COLUMNS + i], gram[(4 * j + 2) * COLUMNS + i],
                        gram[(4 * j + 3) * COLUMNS + i]);
    if (i == j) { value += mat4x4f(ridge, 0, 0, 0, 0, ridge, 0, 0, 0, 0, ridge, 0, 0, 0, 0, ridge); }
    matrix[block] = value;
  }
}

fn addEntries(thread: u32, first: u32, last: u32) {
  for (var entry = first; entry < last; entry += TILE) {
    workgroupBarrier();
    let count = min(TILE, last - entry);
    for (var at = thread; at < count * COLUMNS; at += THREADS) {
      tile[at / COLUMNS][at % COLUMNS] = fixedAt(entries[(1 + WEIGHTED) * (entry + at / COLUMNS)], at % COLUMNS);
    }
    if (thread < count) { weights[thread] = weightAt(entry + thread); }
    workgroupBarrier();
    for (var block = thread; block < BLOCKS; block += THREADS) {
      let i = places[block] >> 16;
      let j = places[block] & 0xffff;
      var value = matrix[block];
      for (var q = 0u; q < count; q++) {
        let a = tile[q][i];
        let b = weights[q] * tile[q][j];
        value += mat4x4f(b.x * a, b.y * a, b.z * a, b.w * a);
      }
      matrix[block] = value;
    }
    for (var i = thread; i < COLUMNS; i += THREADS) {
      for (var q = 0u; q < count; q++) { solution[i] += weights[q] * tile[q][i]; }
    }
  }
  workgroupBarrier();
}

// L of one block, its upper part zeros. Rounding may take a pivot of a nearly singular system below zero.
fn factor(block: mat4x4f) -> mat4x4f {
  var a = block;
  for (var k = 0u; k < 4; k++) {
    a[k] *= inverseSqrt(max(a[k][k], 1e-20));
    for (var j = k + 1; j < 4; j++) { a[j] -= a[k][j] * a[k]; }
  }
  for (var k = 1u; k < 4; k++) {
    for (var j = 0u; j < k; j++) { a[k][j] = 0; }
  }
  return a;
}

// X of X Lᵀ = A.
fn divide(block: mat4x4f, lower: mat4x4f) -> mat4x4f {
  var x = block;
  for (var k = 0u; k < 4; k++) {
    for (var j = 0u; j < k; j++) { x[k] -= lower[j][k] * x[j]; }
    x[k] /= lower[k][k];
  }
  return x;
}

fn factorAndSolveForwards(thread: u32) {
  for (var k = 0u; k < COLUMNS; k++) {
    if (thread == 0) {
      let lower = factor(matrix[blockAt(k, k)]);
      matrix[blockAt(k, k)] = lower;
      var y = solution[k];
      for (var i = 0u; i < 4; i++) {
        y[i] /= lower[i][i];
        for (var j = i + 1; j < 4; j++) { y[j] -= lower[i][j] * y[i]; }
      }
      solution[k] = y;
    }
    workgroupBarrier();
    for (var i = k + 1 + thread; i < COLUMNS; i += THREADS) {
      let below = divide(matrix[blockAt(i, k)], matrix[blockAt(k, k)]);
      matrix[blockAt(i, k)] = below;
      solution[i] -= below * solution[k];
    }
    workgroupBarrier();
    for (var block = blockAt(k + 1, 0) + thread; block < BLOCKS; block += THREADS) {
      let i = places[block] >> 16;
      let j = places[block] & 0xffff;
      if (j > k) { matrix[block] -= matrix[blockAt(i, k)] * transpose(matrix[blockAt(j, k)]); }
    }
    workgroupBarrier();
  }
}

fn solveBackwards(thread: u32) {
  for (var back = 0u; back < COLUMNS; back++) {
    let k = COLUMNS - 1 - back;
    if (thread == 0) {
      let lower = matrix[blockAt(k, k)];
      var x = solution[k];
      for (var down = 0u; down < 4; down++) {
        let i = 3 - down;
        for (var j = i + 1; j < 4; j++) { x[i] -= lower[i][j] * x[j]; }
        x[i] /= lower[i][i];
      }
      solution[k] = x;
    }
    workgroupBarrier();
    for (var j = thread; j < k; j += THREADS) { solution[j] -= transpose(matrix[blockAt(k, j)]) * solution[k]; }
    workgroupBarrier();
  }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u,
        @builtin(num_workgroups) groups: vec3u) {
  let place = group.x + group.y * groups.x;
  if (place >= params.count) { return; }
  // Row, first and last entry, ridge.
  let info = rows[params.first + place];
  start(thread, bitcast<f32>(info.w));
  addEntries(thread, info.y, info.z);
  factorAndSolveForwards(thread);
  solveBackwards(thread);
  for (var i = thread; i < COLUMNS; i += THREADS) { solvedPut(info.x, i, solution[i]); }
}
