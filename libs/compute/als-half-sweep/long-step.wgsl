// One long row a workgroup: PHASE 0 takes the row's last value, 1 finds the first residual, 2 makes a step of conjugate gradient.
// State of a row, four vectors: x, residual, direction, and (energy, enough, whether a direction is left).
struct Params { count: u32, tolerance: f32 }
@group(1) @binding(0) var<uniform> params: Params;

fn write(at: u32, thread: u32, x: vec4f, residual: vec4f, p: vec4f, scalars: vec4f) {
  if (thread >= COLUMNS) { return; }
  state[at + thread] = x;
  state[at + COLUMNS + thread] = residual;
  state[at + 2 * COLUMNS + thread] = p;
  if (thread == 0) { state[at + 3 * COLUMNS] = scalars; }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u,
        @builtin(num_workgroups) groups: vec3u) {
  let place = group.x + group.y * groups.x;
  if (place >= params.count) { return; }
  // Row, first and last segment, ridge.
  let info = longRows[place];
  let ridge = bitcast<f32>(info.w);
  let column = thread % COLUMNS;
  let at = 4 * COLUMNS * place;
  if (PHASE == 0u) {
    let x = solvedAt(info.x, column);
    write(at, thread, x, vec4f(), x, vec4f(0, 0, 1, 0));
    return;
  }
  var x = state[at + column];
  var residual = state[at + COLUMNS + column];
  var p = state[at + 2 * COLUMNS + column];
  let scalars = state[at + 3 * COLUMNS];
  setDirection(p, thread);
  var product = multiplyGram(thread);
  var right = vec4f();
  for (var segment = info.y + thread / COLUMNS; segment < info.z; segment += SLOTS) {
    product += partials[2 * segment * COLUMNS + column];
    right += partials[(2 * segment + 1) * COLUMNS + column];
  }
  let image = ridge * p + sumSlots(product, thread);
  right = sumSlots(right, thread);
  if (PHASE == 1u) {
    residual = right - image;
    let energy = dotAll(residual, residual, thread);
    let enough = params.tolerance * params.tolerance * dotAll(right, right, thread);
    write(at, thread, x, residual, residual, vec4f(energy, enough, select(0f, 1f, energy > enough), 0));
    return;
  }
  let curvature = dotAll(p, image, thread);
  let isOpen = scalars.z == 1 && curvature > 1e-37;
  let length = select(0, scalars.x / curvature, isOpen);
  x += length * p;
  residual -= length * image;
  let energy = dotAll(residual, residual, thread);
  p = residual + select(0, energy / scalars.x, isOpen) * p;
  write(at, thread, x, residual, p, vec4f(energy, scalars.y, select(0f, 1f, isOpen && energy > scalars.y), 0));
  if (thread < COLUMNS) { solvedPut(info.x, column, x); }
}
