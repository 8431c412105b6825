// `npm run sbom`: what is installed, by name, version, digest and licence, as CycloneDX. It asks nobody: node_modules tells.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

/** @returns the exit code */
export function writeSbom(root, file = path.join(root, 'dist/sbom.json')) {
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
  const args = [...npm.slice(1), 'sbom', '--sbom-format', 'cyclonedx', '--offline', '--loglevel=error'];
  const { status, stdout, stderr } = spawnSync(npm[0], args, { cwd: root, encoding: 'utf8', maxBuffer: 1e9 });
  if (status !== 0) {
    console.error(`${stderr}\nkindred: npm could not list what is installed (see above).`);
    return 1;
  }
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, stdout);
  console.log(`Wrote ${path.relative(root, file)}: ${JSON.parse(stdout).components.length} packages.`);
  return 0;
}
