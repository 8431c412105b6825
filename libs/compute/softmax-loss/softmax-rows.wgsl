// One row of logits a workgroup becomes (softmax − one-hot) / rows; its −log softmax is written beside.
struct Params { count: u32, columns: u32, firstRow: u32, share: f32 }
@group(0) @binding(0) var<storage, read> biases: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read_write> logits: array<f32>;
@group(0) @binding(3) var<storage, read_write> losses: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

var<workgroup> partial: array<f32, THREADS>;

fn greatestOf(value: f32, thread: u32) -> f32 {
  partial[thread] = value;
  for (var half = THREADS / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (thread < half) { partial[thread] = max(partial[thread], partial[thread + half]); }
  }
  return workgroupUniformLoad(&partial[0]);
}

fn sumOf(value: f32, thread: u32) -> f32 {
  partial[thread] = value;
  for (var half = THREADS / 2; half > 0; half /= 2) {
    workgroupBarrier();
    if (thread < half) { partial[thread] += partial[thread + half]; }
  }
  return workgroupUniformLoad(&partial[0]);
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u,
        @builtin(num_workgroups) groups: vec3u) {
  let row = group.x + group.y * groups.x;
  if (row >= params.count) { return; }
  let first = row * params.columns;
  let hit = targets[params.firstRow + row];
  var greatest = -0x1.fffffep+127f;
  for (var column = thread; column < params.columns; column += THREADS) {
    logits[first + column] += biases[column];
    greatest = max(greatest, logits[first + column]);
  }
  greatest = greatestOf(greatest, thread);
  var sum = 0f;
  for (var column = thread; column < params.columns; column += THREADS) {
    let value = exp(logits[first + column] - greatest);
    // The thread that has the target is the only one to read its logit.
    if (column == hit) { losses[params.firstRow + row] = greatest - logits[first + column]; }
    logits[first + column] = value;
    sum += value;
  }
  sum = sumOf(sum, thread);
  for (var column = thread; column < params.columns; column += THREADS) {
    logits[first + column] = params.share * (logits[first + column] / sum - select(0f, 1f, column == hit));
    if (column == hit) { losses[params.firstRow + row] += log(sum); }
  }
}
