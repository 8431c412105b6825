// One row a workgroup: conjugate gradient (Hestenes and Stiefel 1952) from the row's last value until the residual is at most
// `tolerance` times the right side, or `steps` steps were made.
struct Params { first: u32, count: u32, steps: u32, tolerance: f32 }
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u,
        @builtin(num_workgroups) groups: vec3u) {
  let place = group.x + group.y * groups.x;
  if (place >= params.count) { return; }
  // Row, first and last entry, ridge.
  let info = rows[params.first + place];
  let column = thread % COLUMNS;
  let ridge = bitcast<f32>(info.w);
  var x = solvedAt(info.x, column);
  if (info.y == info.z) { x = vec4f(); }
  setDirection(x, thread);
  let sums = sumEntries(info.y, info.z, thread);
  let right = sumSlots(sums.right, thread);
  var residual = right - ridge * x - sumSlots(sums.product + multiplyGram(thread), thread);
  var p = residual;
  var energy = dotAll(residual, residual, thread);
  let enough = params.tolerance * params.tolerance * dotAll(right, right, thread);
  for (var step = 0u; step < params.steps && energy > enough; step++) {
    setDirection(p, thread);
    let image = ridge * p + sumSlots(sumEntries(info.y, info.z, thread).product + multiplyGram(thread), thread);
    let curvature = dotAll(p, image, thread);
    // Below the range of floats there is nothing left to solve.
    if (curvature <= 1e-37) { break; }
    let length = energy / curvature;
    x += length * p;
    residual -= length * image;
    let next = dotAll(residual, residual, thread);
    p = residual + next / energy * p;
    energy = next;
  }
  if (thread < COLUMNS) { solvedPut(info.x, column, x); }
}
