// Compiles the kernels to a native addon where the machine has a C++ compiler: a few seconds, once per version of the sources
// and of the compiler. Without one, or when it fails, Kindred runs the WebAssembly build and `npm run doctor` says why.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

const COMPILERS = [process.env.CXX, 'c++', 'g++', 'clang++'].filter(Boolean);
const FLAGS = ['-O3', '-std=c++17', '-fPIC', '-fno-exceptions', '-fno-rtti', '-fno-math-errno', '-ffp-contract=fast'];

/** Flags and the name of the table for each instruction set; see `thread-pool.h` and `addon.cc` for who picks one. */
const INSTRUCTION_SETS = {
  x64: {
    avx512: {
      table: 'kernelsAvx512',
      flags: '-mavx512f -mavx512dq -mavx512bw -mavx512vl -mavx512vnni -mavx2 -mfma -mprefer-vector-width=512',
    },
    avx2: { table: 'kernelsAvx2', flags: '-mavx2 -mfma' },
    sse: { table: 'kernelsSse', flags: '-msse4.2' },
  },
  arm64: { generic: { table: 'kernelsGeneric', flags: '' } },
};

/** The files that the kernels are made of. */
export function kernelSources(root) {
  const folder = path.join(root, 'libs/compute');
  return fs
    .readdirSync(folder, { recursive: true })
    .filter((name) => /\.(cc|h)$/.test(name))
    .map((name) => path.join(folder, name))
    .sort();
}

/** @returns what happened: null when the addon stands, else why there is none */
export async function buildAddon(root) {
  const folder = path.join(root, 'dist/native');
  const record = path.join(folder, 'build.json');
  const compiler = await findCompiler();
  const wanted = digest([...kernelSources(root), import.meta.filename], compiler?.version ?? 'none');
  if (fs.existsSync(record)) {
    const last = JSON.parse(fs.readFileSync(record, 'utf8'));
    if (last.digest === wanted) return last.problem;
  }
  fs.mkdirSync(folder, { recursive: true });
  const problem = await compile(root, folder, compiler);
  // `open-engine.ts` computes the same before it loads the addon.
  const sources = digest(kernelSources(root));
  fs.writeFileSync(
    record,
    JSON.stringify({ digest: wanted, sources, compiler: compiler?.version ?? null, problem }, null, 2),
  );
  return problem;
}

async function compile(root, folder, compiler) {
  const sets = INSTRUCTION_SETS[process.arch];
  const addon = path.join(folder, 'kindred-compute.node');
  fs.rmSync(addon, { force: true });
  if (!compiler) return 'No C++ compiler was found (looked for c++, g++ and clang++, and in CXX).';
  if (!sets || process.platform === 'win32')
    return `The native kernels are not made for ${process.platform} on ${process.arch}.`;
  const engine = path.join(root, 'libs/compute/engine');
  const work = fs.mkdtempSync(path.join(folder, 'build-'));
  try {
    const units = Object.entries(sets).map(([name, { table, flags }]) => ({
      object: path.join(work, `${name}.o`),
      args: [
        ...flags.split(' ').filter(Boolean),
        `-DKERNEL_NAMESPACE=kernels_${name}`,
        `-DKERNEL_INSTRUCTION_SET="${name}"`,
        `-DKERNEL_TABLE=${table}`,
        path.join(engine, 'kernels.cc'),
      ],
    }));
    const headers = path.join(root, 'node_modules/node-api-headers/include');
    units.push({
      object: path.join(work, 'addon.o'),
      args: ['-pthread', `-I${headers}`, path.join(engine, 'addon.cc')],
    });
    await Promise.all(units.map(({ object, args }) => call(compiler.command, [...FLAGS, ...args, '-c', '-o', object])));
    const made = path.join(work, 'kindred-compute.node');
    const undefinedSymbols = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
    await call(compiler.command, [
      '-shared',
      '-pthread',
      ...undefinedSymbols,
      ...units.map(({ object }) => object),
      '-o',
      made,
    ]);
    fs.renameSync(made, addon);
    return null;
  } catch (error) {
    return `${compiler.command} (${compiler.version}) could not compile the kernels: ${error.message}`;
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

async function findCompiler() {
  for (const command of COMPILERS) {
    const version = await call(command, ['--version']).catch(() => null);
    if (version) return { command, version: version.split('\n')[0] };
  }
  return null;
}

/** Output of a command; rejects with the end of what it complained about. */
function call(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [output, errors] = ['', ''];
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (errors = (errors + chunk).slice(-2_000)));
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve(output) : reject(new Error(errors.trim() || `it exited with ${code}.`)),
    );
  });
}

export function digest(files, extra = '') {
  const hash = createHash('sha256').update(extra);
  for (const file of files) hash.update(fs.readFileSync(file));
  return hash.digest('hex');
}
