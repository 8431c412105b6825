// Gradients of one position of the batch a thread; see `reference.ts`. For pairs, the items of negatives follow the positive ones.
struct Params { batch: u32, squaredNormMin: f32 }
@group(0) @binding(0) var<storage, read> users: array<vec4f>;
@group(0) @binding(1) var<storage, read> items: array<vec4f>;
@group(0) @binding(2) var<storage, read> labels: array<f32>;
// Weight, bias, their first moments, their second moments, sum of mean losses.
@group(0) @binding(3) var<storage, read> head: array<f32>;
@group(0) @binding(4) var<storage, read_write> userGradients: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> itemGradients: array<vec4f>;
// Loss, and for ratings error and cosine.
@group(0) @binding(6) var<storage, read_write> outcomes: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

fn rate(n: u32) {
  let first = n * COLUMNS;
  var ui = 0f;
  var uu = 0f;
  var ii = 0f;
  for (var k = first; k < first + COLUMNS; k++) {
    ui += dot(users[k], items[k]);
    uu += dot(users[k], users[k]);
    ii += dot(items[k], items[k]);
  }
  let userScale = 1 / sqrt(max(uu, params.squaredNormMin));
  let itemScale = 1 / sqrt(max(ii, params.squaredNormMin));
  let cosine = ui * userScale * itemScale;
  let error = head[0] * cosine + head[1] - labels[n];
  outcomes[n] = vec4f(error * error, error, cosine, 0);
  let slope = 2 * error * head[0] / f32(params.batch);
  let across = slope * userScale * itemScale;
  // Where the norm is held at its least value it has no slope.
  let userBend = select(slope * cosine * userScale * userScale, 0, uu < params.squaredNormMin);
  let itemBend = select(slope * cosine * itemScale * itemScale, 0, ii < params.squaredNormMin);
  for (var k = first; k < first + COLUMNS; k++) {
    userGradients[k] = across * items[k] - userBend * users[k];
    itemGradients[k] = across * users[k] - itemBend * items[k];
  }
}

fn rank(n: u32) {
  let first = n * COLUMNS;
  let other = params.batch * COLUMNS;
  var margin = 0f;
  for (var k = first; k < first + COLUMNS; k++) { margin += dot(users[k], items[k] - items[other + k]); }
  // log (1 + x) loses its digits for small x.
  let small = exp(-abs(margin));
  outcomes[n] = vec4f(max(-margin, 0) + select(log(1 + small), small * (1 - small / 2), small < 1e-4), 0, 0, 0);
  let slope = -1 / (1 + exp(min(margin, 87))) / f32(params.batch);
  for (var k = first; k < first + COLUMNS; k++) {
    userGradients[k] = slope * (items[k] - items[other + k]);
    itemGradients[k] = slope * users[k];
  }
}

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u,
        @builtin(num_workgroups) groups: vec3u) {
  let n = (group.x + group.y * groups.x) * 64 + thread;
  if (n >= params.batch) { return; }
  if (IS_RATING == 1u) { rate(n); } else { rank(n); }
}
