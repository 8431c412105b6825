// Adam over rows of one shard, a thread a row and column (four dimensions): the rows that the batch names, or where IS_DENSE all.
struct Params {
  firstRow: u32,
  // Groups whose rows lie in the shard; where dense, rows of the shard.
  first: u32,
  count: u32,
  groups: u32,
  rate: f32,
  firstDecay: f32,
  secondDecay: f32,
  epsilon: f32,
  firstCorrection: f32,
  secondCorrection: f32,
}
@group(0) @binding(0) var<storage, read_write> values: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> firsts: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> seconds: array<vec4f>;
@group(0) @binding(3) var<storage, read> touched: array<u32>;
@group(0) @binding(4) var<storage, read> pieceOffsets: array<u32>;
@group(0) @binding(5) var<storage, read> partials: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

// Place of the first touched row that is not below `row`.
fn findGroup(row: u32) -> u32 {
  var low = 0u;
  var high = params.groups;
  while (low < high) {
    let middle = (low + high) / 2;
    if (touched[middle] < row) { low = middle + 1; } else { high = middle; }
  }
  return low;
}

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) workgroup: vec3u,
        @builtin(num_workgroups) workgroups: vec3u) {
  let place = (workgroup.x + workgroup.y * workgroups.x) * 64 + thread;
  if (place >= params.count * COLUMNS) { return; }
  var group = params.first + place / COLUMNS;
  var row = place / COLUMNS + params.firstRow;
  if (IS_DENSE == 1u) { group = findGroup(row); } else { row = touched[group]; }
  var slope = vec4f();
  if (group < params.groups && touched[group] == row) {
    for (var piece = pieceOffsets[group]; piece < pieceOffsets[group + 1]; piece++) {
      slope += partials[piece * COLUMNS + place % COLUMNS];
    }
  }
  let at = (row - params.firstRow) * COLUMNS + place % COLUMNS;
  let m = params.firstDecay * firsts[at] + (1 - params.firstDecay) * slope;
  let v = params.secondDecay * seconds[at] + (1 - params.secondDecay) * slope * slope;
  firsts[at] = m;
  seconds[at] = v;
  values[at] -= params.rate * (m / params.firstCorrection) / (sqrt(v / params.secondCorrection) + params.epsilon);
}
