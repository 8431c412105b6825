import { execFileSync } from 'node:child_process';
import { expect, expectTypeOf, it } from 'vitest';
import type { ClassificationReport as Drawn } from '../../apps/web/src/tasks/classification/report.js';
import type { ClassificationReport } from '../../libs/models/tasks/classification/task.js';

/** Where the second family lives, and the lines that it has in what all families share: docs/adding-a-family.md names them. */
const OWN = [
  /^libs\/models\/text-classification\//,
  /^libs\/models\/tasks\/classification\//,
  /^libs\/models\/kinds\/labelled-texts\.ts$/,
  /^libs\/features\/classifications\//,
  /^apps\/web\/src\/tasks\/classification\//,
  /^apps\/launcher\/journey\/families\/text-classification\.ts$/,
  /^prisma\/seed\/(banking77|families\/text-classification\.ts)/,
  /^(test\/quality|bench)\/text-classification\//,
  // Its kernels.
  /^libs\/compute\/(one-vs-rest|hashed-ngrams)\//,
  // Its tests over HTTP and in a browser.
  /^test\/(api|worker|e2e)\/(classifications|texts|text-classification)\.spec\.ts$/,
  /^test\/architecture\/text-classification\.spec\.ts$/,
];
const SHARED = [
  // A line in each registry.
  /^libs\/models\/(kinds\/kinds|tasks\/tasks|manifests|trainers|predictors|erasers)\.ts$/,
  /^apps\/api\/endpoints\.ts$/,
  /^apps\/web\/src\/tasks\/tasks\.ts$/,
  /^(apps\/launcher\/journey|prisma\/seed|test\/quality|bench)\/families\.ts$/,
  /^libs\/compute\/engine\/kernels\.cc$/,
  /^prisma\/price-list\/price-list\.json$/,
  /^package(-lock)?\.json$/,
  /^docs\//,
  /^(README|CHANGELOG)\.md$/,
  /^apps\/web\/src\/i18n\//,
  // Generated.
  /^(openapi\.json|libs\/client\/.*|libs\/compute\/engine\/kernels\.wasm|test\/quality\/results\.json)$/,
];

it('text classification moved in by its own folders and a line in each registry', () => {
  const log = git('log', '--format=', '--name-only', '--grep=(text-classification)');
  const touched = [...new Set(log.split('\n').filter(Boolean))];
  // A copy without history, such as an archive of the source, has nothing to tell.
  if (touched.length === 0) return;
  expect(touched.filter((file) => ![...OWN, ...SHARED].some((place) => place.test(file)))).toEqual([]);
});

it('the dashboard draws the report in the form that the task gives it', () => {
  // Checked by the compiler: the dashboard may not import the task, and over the wire a report is any JSON.
  expectTypeOf<ClassificationReport>().toExtend<Drawn>();
});

function git(...args: string[]): string {
  try {
    return execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}
