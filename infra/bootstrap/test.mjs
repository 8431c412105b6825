// `npm test`: everything, on a fresh clone too. Ends with one line that sums over all runners.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build, checkMachine, install, pinnedNode, root, run } from './prepare.mjs';
import { countChecks } from './check.mjs';
import { findChromium } from './chromium.mjs';
import { swiftShaderEnv } from './swiftshader.mjs';

checkMachine();
await install();
await build();
const total = await countChecks();
const failures = [];
const folder = mkdtempSync(path.join(tmpdir(), 'kindred-results-'));
// Chromium comes first, as it brings the software GPU.
const chromium = await findChromium();
const env = { CHROMIUM_PATH: chromium, ...swiftShaderEnv(chromium) };
// The API's and the worker's wait more than they work, so they go side by side, each with a Postgres of its own. The browser's project
// comes alone, last: it times what a person would wait for.
for (const sideBySide of [[['unit', 'quality']], [['api'], ['worker']], [['faults']], [['e2e']]]) {
  await Promise.all(sideBySide.map(runProjects));
}
rmSync(folder, { recursive: true });
// Once more at the end, where whoever reads only that finds it.
for (const failure of failures) console.log(`✗ ${failure}`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);

async function runProjects(projects) {
  const file = path.join(folder, `${projects[0]}.json`);
  const selected = projects.flatMap((name) => ['--project', name]);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await run(pinnedNode(), ['node_modules/vitest/vitest.mjs', 'run', ...selected, ...reporters], env);
  const { numPassedTests, numFailedTests, testResults = [] } = readResults(file);
  for (const { name, message, assertionResults } of testResults) {
    if (message) failures.push(`${path.relative(root, name)}: ${message}`);
    for (const { status, fullName, failureMessages } of assertionResults)
      if (status === 'failed')
        failures.push(`${path.relative(root, name)}: ${fullName}\n${failureMessages.join('\n')}`);
  }
  total.passed += numPassedTests;
  // A runner that broke down without a failed test (a setup that threw, say) is a failure all the same.
  total.failed += Math.max(numFailedTests, code === 0 ? 0 : 1);
}

function readResults(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 1 };
  }
}
