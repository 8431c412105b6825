import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Where artifacts and what was uploaded are read. */
const READERS = '{libs/models,libs/features,libs/compute,apps/worker}/**/*.ts';

/** Ways from bytes to running code; an `import(` of what is no literal may name a file that somebody stored. */
const WAYS: Record<string, RegExp> = {
  'node:vm': /['"](?:node:)?vm['"]/,
  eval: /\beval\s*\(/,
  Function: /\bnew\s+Function\b|\bFunction\s*\(/,
  'import of a variable': /(?<!async )(?<![.\w])import\s*\(\s*(?!['"\s])/,
  // Modules have no `require` but through this.
  createRequire: /\bcreateRequire\b/,
  'v8.deserialize': /\bdeserialize\s*\(/,
  pickle: /pickle/i,
};
/** They load packages, the addon, and find a typeface, of which the names stand in the source. */
const ALLOWED = new Set([
  'libs/compute/device/open-device.ts: createRequire',
  'libs/compute/device/tensorflow.ts: createRequire',
  'libs/compute/engine/native.ts: createRequire',
  'libs/features/invoices/pdf-fonts.ts: createRequire',
]);

function waysIn(source: string): string[] {
  return Object.keys(WAYS).filter((way) => WAYS[way]!.test(source));
}

describe('an artifact', () => {
  it('S31: is data: nothing that reads one can run it', () => {
    const found = globSync(READERS)
      .filter((file) => !file.endsWith('.spec.ts'))
      .flatMap((file) => waysIn(readFileSync(file, 'utf8')).map((way) => `${file}: ${way}`));
    expect(found.filter((each) => !ALLOWED.has(each))).toEqual([]);
  });

  it.each([
    `import vm from 'node:vm'`,
    'eval(text)',
    'new Function(text)()',
    'await import(pathOfArtifact)',
    'createRequire(import.meta.url)(file)',
    'v8.deserialize(bytes)',
    'pickle.load(file)',
  ])('S31: would be caught running by %s', (planted) => expect(waysIn(planted)).not.toEqual([]));

  it('S31: the linter forbids eval in any guise, everywhere', () => {
    const { rules } = JSON.parse(readFileSync('.oxlintrc.json', 'utf8')) as { rules: Record<string, string> };
    for (const rule of ['no-eval', 'no-implied-eval', 'no-new-func']) expect(rules[rule]).toBe('error');
  });
});
