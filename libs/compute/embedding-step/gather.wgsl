// Rows of one shard of a table (`tableAt`) to their positions in the batch.
struct Params { count: u32, firstRow: u32, rows: u32 }
@group(0) @binding(0) var<storage, read> ids: array<u32>;
@group(0) @binding(1) var<storage, read_write> gathered: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u,
        @builtin(num_workgroups) groups: vec3u) {
  let at = (group.x + group.y * groups.x) * 64 + thread;
  if (at >= params.count * COLUMNS) { return; }
  // Below the shard this wraps around, past its end.
  let row = ids[at / COLUMNS] - params.firstRow;
  if (row < params.rows) { gathered[at] = tableAt(row, at % COLUMNS); }
}
