import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

it('says which engine trains, why, that it computes right, and which GPU there is or why none', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['dist/apps/launcher/doctor/doctor.js']);
  expect(stdout).toMatch(/^Training engine +(native \w+|wasm simd128) on \d+ threads; answers right$/m);
  expect(stdout).toMatch(/^Chosen device +\w+.*not tfjs-node-gpu: .+/m);
  expect(stdout).toMatch(/^Chosen engine +(the native addon, .* has \w+|WebAssembly, because: .+)/m);
  expect(stdout).toMatch(/^GPU +(none, because: .+|.+; answers right)$/m);
});
