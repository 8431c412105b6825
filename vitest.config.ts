import { defineConfig } from 'vitest/config';

// Nest reads constructor types from decorator metadata, which vitest's compiler writes only when it is asked to.
const nestDecorators = { decorator: { legacy: true, emitDecoratorMetadata: true } };

export default defineConfig({
  oxc: nestDecorators,
  test: {
    projects: [
      { extends: true, test: { name: 'unit', include: ['libs/**/*.spec.ts', 'infra/**/*.spec.ts', 'test/architecture/**/*.spec.ts'] } },
    ],
  },
});
