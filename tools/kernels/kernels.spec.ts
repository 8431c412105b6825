import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { digestOfSources, SOURCES_SECTION } from './build-wasm.mjs';

const ROOT = path.resolve('.');

it('has kernels.wasm built from these very sources', async () => {
  const module = await WebAssembly.compile(readFileSync('libs/compute/engine/kernels.wasm'));
  const [section] = WebAssembly.Module.customSections(module, SOURCES_SECTION);
  expect(Buffer.from(section!).toString(), 'a kernel has changed: run npm run wasm').toBe(digestOfSources(ROOT));
});

describe('the build of the native addon', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kindred-addon-'));
  mkdirSync(path.join(folder, 'libs'));
  symlinkSync(path.join(ROOT, 'libs/compute'), path.join(folder, 'libs/compute'));
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** In a process of its own, with only `PATH` to find a compiler by. */
  async function build(searchPath: string): Promise<string | null> {
    const code = `const { buildAddon } = await import(${JSON.stringify(path.join(ROOT, 'tools/kernels/build-addon.mjs'))}); console.log(JSON.stringify(await buildAddon(${JSON.stringify(folder)})))`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', code], {
      env: { PATH: searchPath },
    });
    return JSON.parse((await run).stdout) as string | null;
  }

  it('says so, and leaves no addon, where there is no compiler', async () => {
    expect(await build('/nowhere')).toMatch(/No C\+\+ compiler/);
    expect(existsSync(path.join(folder, 'dist/native/kindred-compute.node'))).toBe(false);
  });

  it('says what a compiler complained about', async () => {
    const bin = path.join(folder, 'bin');
    mkdirSync(bin);
    const script =
      '#!/bin/sh\nif [ "$1" = --version ]; then echo broken 1.0; else echo tried >>"$0.log"; echo "no such flag" >&2; exit 1; fi\n';
    writeFileSync(path.join(bin, 'c++'), script, { mode: 0o755 });
    expect(await build(`${bin}:${process.env['PATH']}`)).toMatch(
      /c\+\+ \(broken 1\.0\) could not compile.*no such flag/s,
    );
  });

  it('does not try again what it tried with the same compiler and sources', async () => {
    const log = path.join(folder, 'bin', 'c++.log');
    const tried = readFileSync(log, 'utf8');
    await build(`${path.join(folder, 'bin')}:${process.env['PATH']}`);
    expect(readFileSync(log, 'utf8')).toBe(tried);
  });
});
