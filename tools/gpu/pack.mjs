// `node tools/gpu/pack.mjs [folder]`: packs what `npm run bench -- gpu` needs into kindred-gpu.tar.gz, for a machine with a GPU, its
// driver and nothing else: Node, the compiled bench, its npm packages, shaders. See bench/gpu/README.md.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fail, root } from '../bootstrap/prepare.mjs';

const NAME = 'kindred-gpu';
const BYTES_MAX = 64 * 2 ** 20;
const PLATFORM = 'linux-x64';
/** What the compiled bench imports from npm, by itself or as a device is opened. */
const PACKAGES = [
  'webgpu',
  'zod',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-layers',
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-webgpu',
];
const LOADER = 'libvulkan.so.1';
const RUN = `#!/bin/sh
# The bench of this machine's GPU: sh run.sh [--parts als,embedding,sequence] [--scale 0.001] [--allow-software]
cd "$(dirname "$0")" || exit 1
export LD_LIBRARY_PATH="\${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$PWD/lib"
exec bin/node dist/bench/main.js gpu "$@"
`;

const target = path.resolve(process.argv[2] ?? path.join(root, '.kindred/gpu'));
const folder = path.join(target, NAME);
const from = (...parts) => path.join(root, ...parts);
const to = (...parts) => path.join(folder, ...parts);

if (!fs.existsSync(from('dist/bench/gpu/bench.js'))) fail('the bench is not compiled: run npm run build first.');
fs.rmSync(folder, { recursive: true, force: true });
for (const part of ['dist/bench', 'dist/libs/compute', 'dist/libs/models'])
  copy(part, (name) => name.endsWith('.js') && !name.endsWith('.spec.js'));
// The native kernels are taken where they were built from the C++ next to them; else WebAssembly serves.
copy('libs/compute', (name) => /\.(wgsl|wasm|cc|h)$/.test(name));
if (fs.existsSync(from('dist/native'))) copy('dist/native', (name) => /\.(node|json)$/.test(name));
copy('bench/gpu', (name) => name.endsWith('.py'));
const packages = packagesOf(PACKAGES);
for (const name of packages) copy(path.join('node_modules', name), isRead);
strip(`node_modules/node-${PLATFORM}/bin/node`, 'bin/node');
strip(`node_modules/webgpu/dist/${PLATFORM}/dawn.node`);
copyLoader();
// Where the program looks for its root.
fs.writeFileSync(to('package.json'), JSON.stringify({ name: NAME, type: 'module', private: true }));
fs.writeFileSync(to('run.sh'), RUN, { mode: 0o755 });
const archive = path.join(target, `${NAME}.tar.gz`);
execFileSync('tar', ['-cf', archive, '-I', 'gzip -9', '-C', target, NAME], { stdio: 'inherit' });
const { size } = fs.statSync(archive);
console.log(`${archive}: ${(size / 2 ** 20).toFixed(1)} MiB, with ${packages.length} npm packages`);
if (size > BYTES_MAX) fail(`the archive is larger than ${BYTES_MAX / 2 ** 20} MiB.`);

/** The files of a folder whose names pass. */
function copy(part, passes) {
  const filter = (file) => fs.statSync(file).isDirectory() || passes(path.relative(from(part), file));
  fs.cpSync(from(part), to(part), { recursive: true, filter });
}

/** With what they depend on; types are for the compiler. */
function packagesOf(names) {
  const found = new Set();
  const add = (name) => {
    if (found.has(name) || name.startsWith('@types/') || name === '@webgpu/types') return;
    found.add(name);
    const { dependencies = {} } = JSON.parse(fs.readFileSync(from('node_modules', name, 'package.json'), 'utf8'));
    Object.keys(dependencies).forEach(add);
  };
  names.forEach(add);
  return [...found];
}

/** Not what is for compilers, browsers or other platforms; native files are stripped instead. */
function isRead(name) {
  return (
    /\.([cm]?js|json|wasm)$/.test(name) && !/(^|\/)benchmarks\/|_test\.js$|\.min\.js$|\.(es2017|fesm)\./.test(name)
  );
}

/** A copy without symbols. */
function strip(file, name = file) {
  fs.mkdirSync(path.dirname(to(name)), { recursive: true });
  execFileSync('strip', ['-o', to(name), from(file)], { stdio: 'inherit' });
}

/** Drivers come without the loader of Vulkan on many machines; ours goes along where there is one. */
function copyLoader() {
  const folders = ['/usr/lib/x86_64-linux-gnu', '/usr/lib64', from('.kindred/swiftshader')];
  const loader = folders.map((each) => path.join(each, LOADER)).find((file) => fs.existsSync(file));
  if (!loader) return console.error(`Without ${LOADER}, which is not here: the other machine must have it.`);
  fs.mkdirSync(to('lib'), { recursive: true });
  fs.copyFileSync(fs.realpathSync(loader), to('lib', LOADER));
}
