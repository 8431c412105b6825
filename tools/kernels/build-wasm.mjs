// Compiles the kernels to WebAssembly with clang 19 or later and its linker: `npm run wasm`, after a change to a kernel. The result is
// committed, with a digest of its sources inside that a test compares.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { digest, kernelSources } from './build-addon.mjs';

export const SOURCES_SECTION = 'kindred.sources';

const COMPILERS = [process.env.WASM_CXX, 'clang++-19', 'clang++-20', 'clang++-21', 'clang++'].filter(Boolean);
const FLAGS = [
  '--target=wasm32',
  '-std=c++17',
  '-O3',
  '-msimd128',
  // For its 8-bit products alone: with signed and 7-bit operands they are the same on every processor.
  '-mrelaxed-simd',
  '-matomics',
  '-mbulk-memory',
  '-mmutable-globals',
  '-ffreestanding',
  '-fno-exceptions',
  '-fno-rtti',
  '-fno-math-errno',
  '-ffp-contract=off',
  '-fvisibility=hidden',
  '-nostdlib',
  '-DKERNEL_NAMESPACE=kernels_wasm',
  '-Wl,--no-entry,--import-memory,--shared-memory,--max-memory=4294967296,--export=__stack_pointer,--export=__heap_base,-z,stack-size=262144,-O3,--strip-all',
];

/** Digest of what the kernels are made of, for {@link SOURCES_SECTION}. */
export function digestOfSources(root) {
  // Neither addon.cc nor the pool is part of this build.
  const native = /(addon\.cc|thread-pool\.h|table\.h)$/;
  return digest(kernelSources(root).filter((name) => !native.test(name)));
}

/** Writes `kernels.wasm`; throws when no compiler can. */
export function buildWasm(root) {
  const file = path.join(root, 'libs/compute/engine/kernels.wasm');
  const object = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'kindred-wasm-')), 'kernels.wasm');
  const tried = [];
  for (const compiler of COMPILERS) {
    const source = path.join(root, 'libs/compute/engine/kernels.cc');
    const { status, stderr, error } = spawnSync(compiler, [...FLAGS, source, '-o', object], { encoding: 'utf8' });
    if (status !== 0) {
      tried.push(`${compiler}: ${error?.code ?? stderr.trim().split('\n').slice(-3).join(' ')}`);
      continue;
    }
    fs.writeFileSync(
      file,
      Buffer.concat([fs.readFileSync(object), customSection(SOURCES_SECTION, digestOfSources(root))]),
    );
    return;
  }
  throw new Error(
    `No compiler made WebAssembly; install clang-19 and lld-19, or name one in WASM_CXX. ${tried.join('; ')}`,
  );
}

/** A section that engines skip: id 0, length, name, contents. */
function customSection(name, contents) {
  const body = Buffer.concat([Buffer.of(name.length), Buffer.from(name), Buffer.from(contents)]);
  return Buffer.concat([Buffer.of(0), Buffer.of((body.length & 0x7f) | 0x80, body.length >> 7), body]);
}
