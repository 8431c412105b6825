// `npm test`: everything, on a fresh clone too. Ends with what failed and one line that sums over all runners.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { countChecks } from './check.mjs';
import { findChromium } from './chromium.mjs';
import { build, checkMachine, install, pinnedNode, root } from './prepare.mjs';
import { swiftShaderEnv } from './swiftshader.mjs';

/** Most of a run is waiting, for a lease or a browser, so that several share the processors well. */
const AT_ONCE = 4;

checkMachine();
await install();
await build();
const total = await countChecks();
const failures = [];
const folder = mkdtempSync(path.join(tmpdir(), 'kindred-results-'));
// Chromium comes first, as it brings the software GPU.
const chromium = await findChromium();
const env = { ...process.env, CHROMIUM_PATH: chromium, ...swiftShaderEnv(chromium) };
const queue = runs();
const children = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    queue.length = 0;
    for (const child of children) child.kill('SIGTERM');
    process.exitCode = 1;
  });
}
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await runOne(next);
  }),
);
rmSync(folder, { recursive: true });
for (const failure of failures) console.log(`✗ ${failure}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

/** Runs of vitest, the longest first. A project of which each file disturbs the platform under it has one for each of its files. */
function runs() {
  const alone = (project, first) => {
    const files = readdirSync(path.join(root, 'test', project)).filter((name) => name.endsWith('.spec.ts'));
    const rank = (name) => (first.includes(name) ? first.indexOf(name) : first.length);
    return files
      .sort((one, other) => rank(one) - rank(other))
      .map((name) => ({ projects: [project], files: [`test/${project}/${name}`] }));
  };
  const [training, ...worker] = alone('worker', ['training.spec.ts', 'imports.spec.ts']);
  const [dashboard, ...e2e] = alone('e2e', ['dashboard.spec.ts']);
  return [
    training,
    { projects: ['api'], files: [] },
    { projects: ['unit', 'quality'], files: [] },
    dashboard,
    ...worker,
    ...e2e,
    ...alone('faults', ['metering.spec.ts', 'workers.spec.ts']),
  ];
}

async function runOne({ projects, files }) {
  const file = path.join(folder, `${[...projects, ...files].join('-').replaceAll('/', '-')}.json`);
  const selected = projects.flatMap((name) => ['--project', name]);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await showWhole(['node_modules/vitest/vitest.mjs', 'run', ...files, ...selected, ...reporters]);
  const { numPassedTests, numFailedTests, testResults = [] } = readResults(file);
  total.passed += numPassedTests;
  // A runner that broke down without a failed test (a setup that threw, say) is a failure all the same.
  total.failed += Math.max(numFailedTests, code === 0 ? 0 : 1);
  if (code !== 0 && numFailedTests === 0) failures.push(`${[...projects, ...files].join(' ')}: ended with ${code}`);
  for (const { name, message, assertionResults } of testResults) {
    if (message) failures.push(`${path.relative(root, name)}: ${message}`);
    for (const { status, fullName, failureMessages } of assertionResults)
      if (status === 'failed')
        failures.push(`${path.relative(root, name)}: ${fullName}\n${failureMessages.join('\n')}`);
  }
}

/** What runs at the same time is shown one after the other. @returns the exit code */
function showWhole(args) {
  return new Promise((resolve) => {
    const child = spawn(pinnedNode(), args, {
      cwd: root,
      env: { FORCE_COLOR: process.stdout.isTTY ? '1' : '0', ...env },
    });
    children.add(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => {
      children.delete(child);
      process.stdout.write(output);
      resolve(code ?? 1);
    });
  });
}

function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 1 };
  }
}
