// `npm test`: everything, on a fresh clone too. Ends with what failed and one line that sums over all runners.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { countChecks } from './check.mjs';
import { findChromium } from './chromium.mjs';
import { build, checkMachine, install, pinnedNode, root, run, SIGNALS } from './prepare.mjs';
import { swiftShaderEnv } from './swiftshader.mjs';

/** Of runs that wait more than they work: for a lease, a browser, a timer. With more, trainings, which come after all others, get nowhere. */
const AT_ONCE = 3;

checkMachine();
await install();
await build();
const total = await countChecks();
const failures = [];
const folder = mkdtempSync(path.join(tmpdir(), 'kindred-results-'));
// Chromium comes first, as it brings the software GPU.
const chromium = await findChromium();
const env = {
  CHROMIUM_PATH: chromium,
  ...swiftShaderEnv(chromium),
  FORCE_COLOR: process.stdout.isTTY ? '1' : '0',
  // An API and a worker start dozens of times.
  NODE_COMPILE_CACHE: path.join(root, 'node_modules/.cache/compiled'),
};
const queue = waitingRuns();
for (const signal of SIGNALS) process.once(signal, () => queue.splice(0));
// Numbers keep every processor busy by themselves.
await runOne('unit', ['unit', 'quality']);
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    for (let next = queue.shift(); next; next = queue.shift()) await runOne(...next);
  }),
);
rmSync(folder, { recursive: true });
for (const failure of failures) console.log(`✗ ${failure}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

/**
 * The longest first, so that none is left that works alone at the end, and a browser next to what has none. What disturbs the
 * platform under it has a run, and a platform, of its own.
 */
function waitingRuns() {
  const filesOf = (project, isMeant = () => true) =>
    readdirSync(path.join(root, 'test', project))
      .filter((name) => name.endsWith('.spec.ts'))
      .filter(isMeant)
      .map((name) => `test/${project}/${name}`);
  const some = (name, project, isMeant) => [name, [project], filesOf(project, isMeant)];
  const alone = (project, isMeant) => filesOf(project, isMeant).map((file) => [file, [project], [file]]);
  // The short ones share a platform, which takes as long to start as some of them.
  const isLong = (name) => /^(imports|training|url-sources)\./.test(name);
  const disturbs = (name) => /^(metering|workers)\./.test(name);
  const browsers = alone('e2e');
  const halves = [0, 1].map((half) => some(`api-${half}`, 'api', (_, place) => place % 2 === half));
  const others = [
    ...alone('worker', (name) => name.startsWith('training.')),
    ...alone('worker', (name) => isLong(name) && !name.startsWith('training.')),
    some('worker', 'worker', (name) => !isLong(name)),
    some('faults', 'faults', (name) => !disturbs(name)),
    ...alone('faults', disturbs),
    some('stripe', 'stripe'),
  ];
  const places = Array.from({ length: Math.max(browsers.length, others.length) }, (_, place) => place);
  return [...halves, ...places.flatMap((place) => [browsers[place], others[place]]).filter(Boolean)];
}

/** A run of vitest; what it counts goes into the sum. */
async function runOne(name, projects, files = []) {
  const file = path.join(folder, `${name.replaceAll('/', '-')}.json`);
  const selected = projects.flatMap((project) => ['--project', project]);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await showWhole(['node_modules/vitest/vitest.mjs', 'run', ...files, ...selected, ...reporters]);
  const { numPassedTests, numFailedTests, testResults = [] } = readResults(file);
  total.passed += numPassedTests;
  // A runner that broke down without a failed test (a setup that threw, say) is a failure all the same.
  total.failed += Math.max(numFailedTests, code === 0 ? 0 : 1);
  if (code !== 0 && numFailedTests === 0) failures.push(`${name}: ended with ${code}`);
  for (const { name: spec, message, assertionResults } of testResults) {
    if (message) failures.push(`${path.relative(root, spec)}: ${message}`);
    for (const { status, fullName, failureMessages } of assertionResults)
      if (status === 'failed')
        failures.push(`${path.relative(root, spec)}: ${fullName}\n${failureMessages.join('\n')}`);
  }
}

/** What runs at the same time is shown one after the other. @returns the exit code */
async function showWhole(args) {
  let output = '';
  const code = await run(pinnedNode(), args, env, (chunk) => (output += chunk));
  process.stdout.write(output);
  return code;
}

function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 1 };
  }
}
