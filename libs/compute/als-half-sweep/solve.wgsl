// What conjugate gradient on A = gram + ridge I + Σ w h hᵀ, b = Σ w h needs beside the sums over entries.
var<workgroup> scalars: array<f32, COLUMNS>;
var<workgroup> total: f32;

// gram · direction, this slot's share.
fn multiplyGram(thread: u32) -> vec4f {
  let column = thread % COLUMNS;
  var product = vec4f();
  for (var k = thread / COLUMNS; k < 4 * COLUMNS; k += SLOTS) {
    product += direction[k / 4][k % 4] * gram[k * COLUMNS + column];
  }
  return product;
}

fn setDirection(value: vec4f, thread: u32) {
  workgroupBarrier();
  if (thread < COLUMNS) { direction[thread] = value; }
  workgroupBarrier();
}

fn dotAll(a: vec4f, b: vec4f, thread: u32) -> f32 {
  workgroupBarrier();
  if (thread < COLUMNS) { scalars[thread] = dot(a, b); }
  workgroupBarrier();
  if (thread == 0) {
    total = 0;
    for (var column = 0u; column < COLUMNS; column++) { total += scalars[column]; }
  }
  return workgroupUniformLoad(&total);
}
