// Sum of the parts in their order, times a scale, with the upper triangle mirrored.
struct Params { parts: u32, scale: f32 }
@group(0) @binding(0) var<storage, read> sums: array<f32>;
@group(0) @binding(1) var<storage, read_write> gram: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u,
        @builtin(num_workgroups) groups: vec3u) {
  let cell = (group.x + group.y * groups.x) * 64 + thread;
  if (cell >= D * D) { return; }
  let i = min(cell / D, cell % D);
  let j = max(cell / D, cell % D);
  var total = 0f;
  for (var part = 0u; part < params.parts; part++) { total += sums[(part * D + i) * D + j]; }
  gram[cell] = params.scale * total;
}
