// `npm run <command>`: the commands that need dependencies and the pinned Node, but no running platform.
import { findChromium } from './chromium.mjs';
import {
  build,
  checkMachine,
  fail,
  generatePrismaClient,
  install,
  installApart,
  pinnedNode,
  root,
  run,
} from './prepare.mjs';
import { swiftShaderEnv } from './swiftshader.mjs';

const LIGHTHOUSE = 'lighthouse@13.5.0';

const [command, ...args] = process.argv.slice(2);

const COMMANDS = {
  build: () => 0,
  bench: (node) => run(node, ['dist/bench/main.js', ...args]),
  doctor: (node) => run(node, ['dist/apps/launcher/doctor/doctor.js', ...args]),
  wasm: async () => (await import('../kernels/build-wasm.mjs')).buildWasm(root) ?? 0,
  journey: (node) => run(node, ['dist/apps/launcher/journey/journey.js', ...args]),
  migration: (node) => run(node, ['dist/tools/migrations/write-migration.js', ...args]),
  migrate: (node) => run(node, ['dist/apps/launcher/migrate.js', ...args]),
  openapi: (node) => run(node, ['dist/tools/openapi/write-openapi.js', ...args]),
  promises: (node) => run(node, ['dist/tools/promises/write.js', ...args]),
  'rotate-secret': (node) => run(node, ['dist/apps/launcher/rotate.js', ...args]),
  'verify-audit': (node) => run(node, ['dist/apps/launcher/verify.js', ...args]),
  clock: (node) => run(node, ['dist/apps/launcher/clock.js', ...args]),
  catalogue: (node) => run(node, ['dist/apps/launcher/catalogue.js', ...args]),
  'create-operator': (node) => run(node, ['dist/apps/launcher/create-operator.js', ...args]),
  showcase: (node) => run(node, ['dist/apps/launcher/showcase.js', ...args]),
  sbom: async () => (await import('../security/sbom.mjs')).writeSbom(root),
  // The three that `npm test` does in short.
  quality: async () => runProject('quality', { QUALITY_FULL: '1', ...swiftShaderEnv(await findChromium()) }),
  faults: () => runProject('faults', { FAULTS_FULL: '1' }),
  e2e: async () => runProject('e2e', { E2E_FULL: '1', CHROMIUM_PATH: await findChromium() }),
  screenshots: async () => runScreens('screenshots', { SCREENSHOTS_CHECK: args.includes('--check') ? '1' : '' }),
  lighthouse: async () => {
    const modules = installApart('lighthouse', LIGHTHOUSE);
    return modules ? runScreens('lighthouse', { LIGHTHOUSE_PATH: `${modules}/lighthouse` }) : 1;
  },
  format: (node) => run(node, ['node_modules/oxfmt/bin/oxfmt', '.']),
  check: async () => (await import('./check.mjs')).runChecks(),
};

const NEED_NO_BUILD = ['format', 'check', 'wasm', 'sbom'];

checkMachine();
if (!COMMANDS[command]) fail(`there is no command ${command}: it is one of ${Object.keys(COMMANDS).join(', ')}.`);
await install();
if (NEED_NO_BUILD.includes(command)) await generatePrismaClient(pinnedNode());
else await build();
process.exit(await COMMANDS[command](pinnedNode()));

async function runScreens(name, env) {
  const tests = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'screens', `test/screens/${name}.spec.ts`];
  return run(pinnedNode(), tests, { ...env, CHROMIUM_PATH: await findChromium() });
}

function runProject(name, env) {
  return run(pinnedNode(), ['node_modules/vitest/vitest.mjs', 'run', '--project', name, ...args], env);
}
