import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import en from './en.json' with { type: 'json' };
import operatorEn from './operator.en.json' with { type: 'json' };
import operatorZhCn from './operator.zh-CN.json' with { type: 'json' };
import zhCn from './zh-CN.json' with { type: 'json' };

type Texts = { [key: string]: string | Texts };

const PLURAL = /_(zero|one|two|few|many|other)$/;
const SOURCES = path.resolve(import.meta.dirname, '..');
const ROOT = path.resolve(SOURCES, '../../..');

const languages = { en: flatten({ ...en, ...operatorEn }), 'zh-CN': flatten({ ...zhCn, ...operatorZhCn }) };
const withoutPlural = (key: string) => key.replace(PLURAL, '');
const keysOf = (texts: Map<string, string>) => [...new Set([...texts.keys()].map(withoutPlural))].sort();

/** Texts by dotted key. */
function flatten(texts: Texts, prefix = ''): Map<string, string> {
  const entries = Object.entries(texts).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[prefix + key, value]] : [...flatten(value, `${prefix}${key}.`)],
  );
  return new Map(entries);
}

/** Names of what is filled in, sorted: "{{count, number}}" is "count". */
const variablesOf = (text: string) => [...text.matchAll(/\{\{\s*(\w+)/g)].map(([, name]) => name!).sort();

/** Literal keys that the sources translate, with the file that does. */
function listUsedKeys(): { key: string; file: string }[] {
  return globSync('**/*.{ts,tsx}', { cwd: SOURCES, exclude: (name) => name.endsWith('.spec.ts') }).flatMap((file) =>
    [...readFileSync(path.join(SOURCES, file), 'utf8').matchAll(/(?<![\w.])t\(\s*'([^']+)'/g)].map(([, key]) => ({
      key: key!,
      file,
    })),
  );
}

describe('translations', () => {
  it('cover the same keys in both languages', () => {
    expect(keysOf(languages['zh-CN'])).toEqual(keysOf(languages.en));
  });

  it.each(Object.entries(languages))('%s has every plural form of its language and no other', (tag, texts) => {
    const forms = new Intl.PluralRules(tag).resolvedOptions().pluralCategories.toSorted();
    const plurals = Map.groupBy(
      [...texts.keys()].filter((key) => PLURAL.test(key)),
      withoutPlural,
    );
    for (const [key, found] of plurals) {
      expect(found.map((name) => name.slice(key.length + 1)).toSorted(), key).toEqual(forms);
    }
  });

  it('fill in the same values in both languages', () => {
    for (const [key, text] of languages['zh-CN']) {
      const english = languages.en.get(key);
      expect(english, key).toBeDefined();
      expect(variablesOf(text), key).toEqual(variablesOf(english!));
    }
  });

  it.each(Object.entries(languages))('%s has no empty text', (_tag, texts) => {
    expect([...texts].filter(([, text]) => !text.trim())).toEqual([]);
  });

  it('exist for every key that the screens use', () => {
    const known = new Set(keysOf(languages.en));
    const used = listUsedKeys();
    expect(used.length).toBeGreaterThan(100);
    expect(used.filter(({ key }) => !known.has(key))).toEqual([]);
  });

  it('name every meter and every quota of the price list', () => {
    const { meters, plans } = JSON.parse(
      readFileSync(path.join(ROOT, 'prisma/price-list/price-list.json'), 'utf8'),
    ) as {
      meters: { key: string }[];
      plans: { quotas: Record<string, number> }[];
    };
    const named = { ...en.terms.resources, ...en.terms.meters };
    const keys = [...meters.map(({ key }) => key), ...plans.flatMap(({ quotas }) => Object.keys(quotas))];
    expect(keys.filter((key) => !(key in named))).toEqual([]);
  });
});
