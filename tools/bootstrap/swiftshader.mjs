// A GPU in software for the tests: SwiftShader, which every Chromium brings along, and a Vulkan loader that finds it.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from './prepare.mjs';

const DRIVER = 'libvk_swiftshader.so';
const LOADER = 'libvulkan.so.1';
const TRIPLETS = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };

/**
 * Environment in which Vulkan offers SwiftShader beside the GPUs of this machine; a process reads it when it starts. Empty, after
 * a line that says why, where there is none: the specs that need it are then skipped.
 */
export function swiftShaderEnv(chromium) {
  if (process.platform !== 'linux') return skip('it is sought on Linux alone');
  // Debian's command is a script; the browser lies elsewhere.
  const beside = fs.existsSync(chromium) ? [path.dirname(fs.realpathSync(chromium))] : [];
  const folders = [...beside, '/usr/lib/chromium', '/usr/lib/chromium-browser'];
  const driver = findIn(folders, DRIVER);
  if (!driver) return skip(`${DRIVER} is not beside ${chromium}`);
  const folder = path.join(root, '.kindred/swiftshader');
  fs.mkdirSync(folder, { recursive: true });
  const triplet = TRIPLETS[process.arch];
  const loader =
    findIn([path.dirname(driver), `/usr/lib/${triplet}`, '/usr/lib64', '/usr/lib'], LOADER) ||
    fromDebian(path.join(folder, 'loader'), triplet);
  if (!loader) return skip(`there is no Vulkan loader (${LOADER}): install libvulkan1`);
  link(driver, path.join(folder, DRIVER));
  link(loader, path.join(folder, LOADER));
  const manifest = path.join(folder, 'icd.json');
  const driverOfManifest = { library_path: `./${DRIVER}`, api_version: '1.0.5' };
  fs.writeFileSync(manifest, JSON.stringify({ file_format_version: '1.0.0', ICD: driverOfManifest }));
  return {
    LD_LIBRARY_PATH: [folder, process.env.LD_LIBRARY_PATH].filter(Boolean).join(path.delimiter),
    // Added to the drivers of this machine, so that a GPU is tested too.
    VK_ADD_DRIVER_FILES: manifest,
    XDG_RUNTIME_DIR: process.env.XDG_RUNTIME_DIR ?? os.tmpdir(),
  };
}

function skip(reason) {
  console.error(`No software GPU for the tests: ${reason}.`);
  return {};
}

function findIn(folders, name) {
  return folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file));
}

/** Unpacks the loader without installing it, as whoever runs the tests. */
function fromDebian(folder, triplet) {
  fs.mkdirSync(folder, { recursive: true });
  const call = (command, ...args) => spawnSync(command, args, { cwd: folder, stdio: 'ignore' }).status === 0;
  if (!call('apt-get', 'download', 'libvulkan1')) return undefined;
  const archive = fs.readdirSync(folder).find((name) => name.endsWith('.deb'));
  return archive && call('dpkg', '-x', archive, '.')
    ? findIn([path.join(folder, 'usr/lib', triplet)], LOADER)
    : undefined;
}

function link(target, file) {
  fs.rmSync(file, { force: true });
  fs.symlinkSync(fs.realpathSync(target), file);
}
