// The checks that need no database: format, lint, types, who imports whom, and openapi.json and the client against the routes.
import { spawn } from 'node:child_process';
import { pinnedNode, root } from './prepare.mjs';

const TYPES = 'types of the platform';

const CHECKS = {
  format: ['node_modules/oxfmt/bin/oxfmt', '--list-different', '.'],
  lint: ['node_modules/oxlint/bin/oxlint', '--quiet'],
  [TYPES]: [
    'node_modules/typescript/bin/tsc',
    '-p',
    'tsconfig.json',
    '--noEmit',
    '--incremental',
    '--tsBuildInfoFile',
    'node_modules/.cache/tsc-platform',
  ],
  'types of the dashboard': ['node_modules/typescript/bin/tsc', '-p', 'apps/web/tsconfig.json'],
  imports: [
    'node_modules/.bin/depcruise',
    '--config',
    'test/architecture/import-rules.mjs',
    'apps',
    'libs',
    'infra',
    'tools',
    'prisma',
  ],
};

/**
 * Numeric loops over typed arrays, in which an index is in bounds by construction, need not say so of each element. The build
 * checks the same files without `noUncheckedIndexedAccess`, and its errors are not forgiven.
 */
const NUMERIC_FILES = /^(libs\/compute|libs\/models|bench)\/(?!\S*(\.spec|\/conformance)\.ts)/;

/** @returns the number of checks that passed and that failed; what failed is shown */
export async function countChecks() {
  const counts = { passed: 0, failed: 0 };
  const running = Object.entries(CHECKS).map(([name, args]) => ({ name, result: runCheck(args) }));
  for (const { name, result } of running) {
    const { code, output } = name === TYPES ? withoutNumericLoops(await result) : await result;
    console.log(`${code === 0 ? '✓' : '✗'} ${name}`);
    if (code !== 0) console.log(output.trim());
    counts[code === 0 ? 'passed' : 'failed']++;
  }
  return counts;
}

/** @returns the exit code */
export async function runChecks() {
  return (await countChecks()).failed === 0 ? 0 : 1;
}

function withoutNumericLoops({ code, output }) {
  // An error is a line and the indented ones below it.
  const errors = output.trim().split(/\n(?!\s)/);
  const others = errors.filter((error) => !(NUMERIC_FILES.test(error) && error.includes('undefined')));
  return others.length > 0 ? { code, output: others.join('\n') } : { code: 0, output: '' };
}

function runCheck(args) {
  return new Promise((resolve) => {
    const child = spawn(pinnedNode(), args, { cwd: root });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
