import { cruise } from 'dependency-cruiser';
import { expect, it } from 'vitest';
import importRules from './import-rules.mjs';

interface Violation {
  from: string;
  to: string;
  rule: { name: string };
}

/** Each planted bad import, by the rule that must catch it. */
const PLANTED: Record<string, [from: string, to: string][]> = {
  'libs-below-the-rest': [['libs/platform/clock/greedy.ts', 'prisma/seed/seed.ts']],
  'compute-stands-alone': [['libs/compute/gram/kernel.ts', 'libs/platform/clock/clock.ts']],
  'models-use-compute': [['libs/models/one/trainer.ts', 'libs/platform/clock/clock.ts']],
  'kinds-are-data': [['libs/models/kinds/kinds.ts', 'libs/models/two/trainer.ts']],
  'tasks-know-no-family': [['libs/models/tasks/guessing/task.ts', 'libs/models/two/trainer.ts']],
  'training-knows-no-family': [
    ['libs/models/training/job.ts', 'libs/models/manifests.ts'],
    ['libs/models/training/job.ts', 'libs/models/two/trainer.ts'],
  ],
  'conformance-for-specs': [['libs/models/training/job.ts', 'libs/models/tasks/guessing/conformance.ts']],
  'no-family-in-family': [['libs/models/one/trainer.ts', 'libs/models/two/trainer.ts']],
  'platform-stands-alone': [['libs/platform/clock/greedy.ts', 'libs/features/a/index.ts']],
  'features-through-doors': [['libs/features/b/b.service.ts', 'libs/features/a/a.service.ts']],
  'features-below-apps': [
    ['libs/features/b/b.service.ts', 'libs/compute/gram/kernel.ts'],
    ['libs/features/b/worker.ts', 'libs/models/trainers.ts'],
  ],
  'apps-through-doors': [
    ['apps/api/main.ts', 'libs/features/a/a.service.ts'],
    ['tools/migrations/write.ts', 'libs/features/a/a.service.ts'],
  ],
  'apps-apart': [['apps/launcher/launch.ts', 'apps/api/step.ts']],
  'local-stripe-is-a-stranger': [['apps/local-stripe/main.ts', 'libs/platform/clock/clock.ts']],
  'launcher-trains-nothing': [['apps/launcher/launch.ts', 'libs/models/two/trainer.ts']],
  'infra-stands-alone': [['infra/postgres/postgres.ts', 'libs/platform/clock/clock.ts']],
  'tools-stay-at-home': [['apps/launcher/launch.ts', 'tools/migrations/write.ts']],
  'bootstrap-needs-nothing': [
    ['tools/bootstrap/prepare.mjs', 'pino'],
    ['tools/bootstrap/prepare.mjs', 'tools/migrations/write.ts'],
  ],
  'api-loads-no-trainer': [
    ['apps/api/main.ts', 'libs/models/trainers.ts'],
    ['apps/api/main.ts', 'libs/models/two/trainer.ts'],
    ['apps/api/step.ts', 'libs/models/trainers.ts'],
    ['apps/api/step.ts', 'libs/models/two/trainer.ts'],
  ],
  'web-uses-the-client': [['apps/web/page.ts', 'libs/features/a/index.ts']],
  'prisma-in-repositories': [['libs/features/b/b.service.ts', 'libs/platform/database/generated/client.ts']],
  'no-cycles': [['libs/platform/clock/one.ts', 'libs/platform/clock/two.ts']],
  'no-missing-modules': [
    ['libs/platform/clock/two.ts', './three.js'],
    // From in there no package is seen.
    ['tools/bootstrap/prepare.mjs', 'pino'],
  ],
};

it('catches every planted import, each by its rule, and nothing else', async () => {
  const { forbidden, options } = importRules;
  const { output } = await cruise(['apps', 'infra', 'libs', 'prisma', 'tools'], {
    ...options,
    baseDir: 'test/architecture/planted',
    ruleSet: { forbidden },
    validate: true,
  });
  const violations = (output as { summary: { violations: Violation[] } }).summary.violations;
  const found: Record<string, [string, string][]> = {};
  for (const { rule, from, to } of violations) (found[rule.name] ??= []).push([from, to]);
  for (const list of Object.values(found)) list.sort();
  expect(found).toEqual(PLANTED);
  expect(Object.keys(PLANTED).sort()).toEqual(forbidden.map(({ name }) => name).sort());
});
