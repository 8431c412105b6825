import { expect, it } from 'vitest';
import apiZhCn from '../../apps/web/src/i18n/api.zh-CN.json' with { type: 'json' };
import en from '../../apps/web/src/i18n/en.json' with { type: 'json' };
import { listFamilies } from '../../libs/features/models/families.js';

/** The text at a path; keys may hold dots. */
function at(texts: object, path: string[]): unknown {
  return path.reduce<unknown>((found, key) => (found as Record<string, unknown> | undefined)?.[key], texts);
}

const { families, kinds } = listFamilies();
const missing = (texts: object, paths: string[][]) =>
  paths.filter((path) => typeof at(texts, path) !== 'string').map((path) => path.join(' / '));

// By family and by task, as two families may each have a recipe "auto", and two tasks a metric "auc" that means another thing.
it('every recipe, metric, input and kind of the API is told in Chinese, each as its own family or task means it', () => {
  const paths = families.flatMap(({ key, task, recipes, metrics, inputs }) => [
    ['families', key],
    ...recipes.map((recipe) => ['recipes', key, recipe.key, 'summary']),
    ...Object.keys(metrics).map((metric) => ['metrics', task, metric]),
    ...inputs.map(({ role }) => ['inputs', key, role]),
  ]);
  expect(missing(apiZhCn, [...paths, ...kinds.map(({ key }) => ['kinds', key, 'summary'])])).toEqual([]);
});

it('every key of the API that screens show has a name', () => {
  const named = (group: string, keys: string[]) => keys.map((key) => [group, key]);
  const paths = families.flatMap(({ recipes, metrics, inputs, baselines }) => [
    ...named('recipes', [...recipes.map(({ key }) => key), ...baselines]),
    ...named(
      'settings',
      recipes.flatMap(({ settings }) => Object.keys((settings['properties'] ?? {}) as object)),
    ),
    ...named('metrics', Object.keys(metrics)),
    ...named(
      'roles',
      inputs.map(({ role }) => role),
    ),
  ]);
  const ofKinds = kinds.flatMap(({ key, columns, statistics }) => [
    ['kinds', key],
    ...named(
      'columns',
      columns.map(({ name }) => name),
    ),
    ...named('statistics', Object.keys(statistics)),
  ]);
  expect(missing(en.terms, [...paths, ...ofKinds])).toEqual([]);
});
