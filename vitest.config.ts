import { defineConfig } from 'vitest/config';

// Nest reads constructor types from decorator metadata, which vitest's compiler writes only when it is asked to.
const oxc = { decorator: { legacy: true, emitDecoratorMetadata: true } };

const project = (name: string, include: string[], test: object = {}) => ({
  extends: true as const,
  test: { name, include, ...test },
});

/** What takes longer than every `npm test` has, where it does so in short. */
const AT_LENGTH = [
  'libs/compute/**/webgpu.spec.ts',
  'libs/compute/gpu/gpu.spec.ts',
  'libs/compute/matrix-product/matrix-product.spec.ts',
  'libs/models/*/bad-input.spec.ts',
  'libs/models/recommender/device.spec.ts',
  'libs/models/recommender/neural/embedding-layers.spec.ts',
];

/** Of the API, where what `npm test` does in short is done at length. */
const FAULTS_OF_API = ['fuzz', 'collecting', 'credit-notes-at-stripe', 'ledger', 'sign-ups'].map(
  (name) => `test/api/${name}.spec.ts`,
);

/** Against tests that hang, not that are slow: a busy machine must not fail one. */
const PLATFORM = { globalSetup: 'test/factories/platform.setup.ts', testTimeout: 300_000, hookTimeout: 300_000 };

export default defineConfig({
  oxc,
  test: {
    projects: [
      project('unit', ['{libs,infra,tools,apps,prisma}/**/*.spec.ts', 'test/architecture/*.spec.ts'], {
        testTimeout: 60_000,
        maxWorkers: 2,
      }),
      // Loading the API anew for each file takes longer than many of them.
      project('api', ['test/api/*.spec.ts'], { ...PLATFORM, isolate: false }),
      // One after the other: they share what the compiler made of stripe-node's types, which takes longer than the rest.
      project('stripe', ['test/stripe/*.spec.ts'], {
        testTimeout: 60_000,
        hookTimeout: 60_000,
        isolate: false,
        fileParallelism: false,
      }),
      project('worker', ['test/worker/*.spec.ts'], PLATFORM),
      // One file at a time: each disturbs the Postgres and the workers that they share.
      project('faults', ['test/faults/*.spec.ts', ...(process.env['FAULTS_FULL'] ? FAULTS_OF_API : [])], {
        ...PLATFORM,
        fileParallelism: false,
        isolate: false,
      }),
      project('quality', ['test/quality/*.spec.ts', ...(process.env['QUALITY_FULL'] ? AT_LENGTH : [])], {
        testTimeout: 120_000,
      }),
      // By `npm run screenshots` and `npm run lighthouse` alone.
      project('screens', ['test/screens/*.spec.ts'], {
        testTimeout: 1_800_000,
        hookTimeout: 300_000,
        fileParallelism: false,
      }),
      project('e2e', ['test/e2e/*.spec.ts'], {
        testTimeout: 300_000,
        hookTimeout: 300_000,
        // A busy machine draws a page in more than the second that is waited otherwise.
        expect: { poll: { timeout: 30_000 } },
      }),
    ],
  },
});
