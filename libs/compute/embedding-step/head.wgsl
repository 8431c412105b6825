// One workgroup: the mean loss of the batch is added to the head's last number, and for ratings Adam moves weight and bias.
struct Params {
  batch: u32,
  rate: f32,
  firstDecay: f32,
  secondDecay: f32,
  epsilon: f32,
  firstCorrection: f32,
  secondCorrection: f32,
}
@group(0) @binding(0) var<storage, read> outcomes: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> head: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

var<workgroup> sums: array<vec3f, 64>;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32) {
  var sum = vec3f();
  for (var n = thread; n < params.batch; n += 64) {
    let outcome = outcomes[n];
    sum += vec3f(outcome.x, 2 * outcome.y * outcome.z, 2 * outcome.y);
  }
  sums[thread] = sum;
  for (var half = 32u; half > 0; half /= 2) {
    workgroupBarrier();
    if (thread < half) { sums[thread] += sums[thread + half]; }
  }
  workgroupBarrier();
  let means = sums[0] / f32(params.batch);
  if (thread == 0) { head[6] += means.x; }
  if (IS_RATING == 1u && thread < 2) {
    let slope = means[1 + thread];
    let m = params.firstDecay * head[2 + thread] + (1 - params.firstDecay) * slope;
    let v = params.secondDecay * head[4 + thread] + (1 - params.secondDecay) * slope * slope;
    head[2 + thread] = m;
    head[4 + thread] = v;
    head[thread] -= params.rate * (m / params.firstCorrection) / (sqrt(v / params.secondCorrection) + params.epsilon);
  }
}
