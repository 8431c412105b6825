// Sums over a row's entries: gathered rows h of the fixed table (`fixedAt`), each read once, every slot another one.
const QUARTERS = COLUMNS / 4;

var<workgroup> quarters: array<vec4f, QUARTERS * SLOTS>;

struct Sums {
  // Σ w (h·direction) h
  product: vec4f,
  // Σ w h
  right: vec4f,
}

fn weightAt(entry: u32) -> f32 {
  if (WEIGHTED == 1u) { return bitcast<f32>(entries[2 * entry + 1]); }
  return 1;
}

fn columnAt(entry: u32) -> u32 { return entries[(1 + WEIGHTED) * entry]; }

// Sums over entries start to end as far as they fall to this thread; `direction` must be set and seen by all.
fn sumEntries(start: u32, end: u32, thread: u32) -> Sums {
  let column = thread % COLUMNS;
  let slot = thread / COLUMNS;
  var sums = Sums();
  for (var first = start; first < end; first += 4 * SLOTS) {
    var rows = array<vec4f, 4>();
    var weights = vec4f();
    for (var u = 0u; u < 4; u++) {
      let entry = first + u * SLOTS + slot;
      if (entry < end) {
        rows[u] = fixedAt(columnAt(entry), column);
        weights[u] = weightAt(entry);
      }
    }
    let p = direction[column];
    partial[thread] = vec4f(dot(rows[0], p), dot(rows[1], p), dot(rows[2], p), dot(rows[3], p));
    workgroupBarrier();
    if (column < QUARTERS) {
      let at = slot * COLUMNS + 4 * column;
      quarters[slot * QUARTERS + column] = partial[at] + partial[at + 1] + partial[at + 2] + partial[at + 3];
    }
    workgroupBarrier();
    var products = vec4f();
    for (var quarter = 0u; quarter < QUARTERS; quarter++) { products += quarters[slot * QUARTERS + quarter]; }
    let factors = weights * products;
    sums.product += factors.x * rows[0] + factors.y * rows[1] + factors.z * rows[2] + factors.w * rows[3];
    sums.right += weights.x * rows[0] + weights.y * rows[1] + weights.z * rows[2] + weights.w * rows[3];
  }
  return sums;
}
