import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { Engine } from './engine.js';
import { loadAddon, NativeEngine } from './native.js';
import { ROOT } from './root.js';
import { WasmEngine } from './wasm.js';

export interface EngineOptions {
  /** Defaults to the cores that this process may use. */
  threads?: number;
  /** Defaults to the native addon where it was built and runs, else WebAssembly. */
  backend?: 'native' | 'wasm';
  /** One of {@link instructionSets}; defaults to the fastest. */
  instructionSet?: string;
}

/** What the build of the addon left next to it. */
interface NativeBuild {
  /** Null when the addon was built; else why not. */
  problem: string | null;
  /** Digest of the C++ that it was built from. */
  sources: string;
}

const ADDON_FILE = path.join(ROOT, 'dist/native/kindred-compute.node');
const BUILD_FILE = path.join(ROOT, 'dist/native/build.json');
/** Built by `npm run wasm`, and checked against the sources by a test. */
const WASM_FILE = path.join(ROOT, 'libs/compute/engine/kernels.wasm');

/** Opens the fastest engine that this machine has. Throws when the one asked for cannot be had. */
export async function openEngine({ threads, backend, instructionSet }: EngineOptions = {}): Promise<Engine> {
  const count = threads ?? availableParallelism();
  const native = backend === 'wasm' ? null : findNative();
  if (native && 'addon' in native)
    return new NativeEngine(native.addon, instructionSet ?? native.addon.instructionSets()[0], count);
  if (native && backend === 'native') throw new Error(native.problem);
  return WasmEngine.open(readFileSync(WASM_FILE), count);
}

/** Instruction sets that the addon can use here, fastest first; none without the addon. */
export function instructionSets(): string[] {
  const native = findNative();
  return 'addon' in native ? native.addon.instructionSets() : [];
}

/** Null when the native addon serves, else why not. */
export function nativeProblem(): string | null {
  const native = findNative();
  return 'addon' in native ? null : native.problem;
}

function findNative(): { addon: ReturnType<typeof loadAddon> } | { problem: string } {
  if (!existsSync(BUILD_FILE))
    return { problem: 'The native addon was not built yet: run npm start or npm run build.' };
  const { problem, sources } = JSON.parse(readFileSync(BUILD_FILE, 'utf8')) as NativeBuild;
  if (problem !== null) return { problem };
  // Kernels read their arguments by position, so an addon of other sources would read wrong memory.
  if (sources !== digestOfSources())
    return { problem: 'The native addon was built from other sources: run npm run build.' };
  try {
    return { addon: loadAddon(ADDON_FILE) };
  } catch (error) {
    return { problem: `The native addon does not load: ${(error as Error).message}` };
  }
}

/** As `build-addon.mjs` computes it, which runs before TypeScript is compiled. */
function digestOfSources(): string {
  const folder = path.join(ROOT, 'libs/compute');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /\.(cc|h)$/.test(name));
  const hash = createHash('sha256');
  for (const file of files.map((name) => path.join(folder, name)).sort()) hash.update(readFileSync(file));
  return hash.digest('hex');
}
