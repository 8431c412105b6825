import { build, checkMachine, install, pinnedNode, run } from './prepare.mjs';

checkMachine();
await install();
await build();
process.exit(
  await run(pinnedNode(), ['--enable-source-maps', 'dist/apps/launcher/launch.js', ...process.argv.slice(2)]),
);
