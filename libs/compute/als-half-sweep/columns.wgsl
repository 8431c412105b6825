// A vector of the row's dimensions in a workgroup: thread t holds column t % COLUMNS (four dimensions), in each of SLOTS slots.
const THREADS = COLUMNS * SLOTS;

var<workgroup> direction: array<vec4f, COLUMNS>;
var<workgroup> partial: array<vec4f, THREADS>;

// The sum over slots of a column's values, known to every thread of the column.
fn sumSlots(value: vec4f, thread: u32) -> vec4f {
  workgroupBarrier();
  partial[thread] = value;
  workgroupBarrier();
  var total = vec4f();
  for (var slot = 0u; slot < SLOTS; slot++) { total += partial[slot * COLUMNS + thread % COLUMNS]; }
  workgroupBarrier();
  return total;
}
