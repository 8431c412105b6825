// Products over one segment of a long row a workgroup, so that a row of a million entries keeps the whole device busy.
struct Params { first: u32, count: u32 }
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u,
        @builtin(num_workgroups) groups: vec3u) {
  let place = group.x + group.y * groups.x;
  if (place >= params.count) { return; }
  // Long row, first and last entry.
  let info = segments[params.first + place];
  let at = 4 * COLUMNS * info.x;
  // A row that is solved has no direction any more.
  if (state[at + 3 * COLUMNS].z == 0) { return; }
  if (thread < COLUMNS) { direction[thread] = state[at + 2 * COLUMNS + thread]; }
  workgroupBarrier();
  let sums = sumEntries(info.y, info.z, thread);
  let product = sumSlots(sums.product, thread);
  let right = sumSlots(sums.right, thread);
  if (thread >= COLUMNS) { return; }
  partials[(2 * (params.first + place)) * COLUMNS + thread] = product;
  partials[(2 * (params.first + place) + 1) * COLUMNS + thread] = right;
}
