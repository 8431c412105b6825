import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import apiZhCn from '../../apps/web/src/i18n/api.zh-CN.json' with { type: 'json' };
import en from '../../apps/web/src/i18n/en.json' with { type: 'json' };
import operatorEn from '../../apps/web/src/i18n/operator.en.json' with { type: 'json' };
import operatorZhCn from '../../apps/web/src/i18n/operator.zh-CN.json' with { type: 'json' };
import zhCn from '../../apps/web/src/i18n/zh-CN.json' with { type: 'json' };
import { listFamilies } from '../../libs/features/models/families.js';
import { AUDIT_ACTIONS } from '../../libs/platform/audit/audit-actions.js';
import { ofFields, problems, sentences } from './sentences.js';

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
    ...named(
      'settingValues',
      recipes.flatMap(({ settings }) =>
        Object.values((settings['properties'] ?? {}) as Record<string, { enum?: string[] }>).flatMap(
          (setting) => setting.enum ?? [],
        ),
      ),
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

it('every action of the audit log, and every type that one is done to, is told in words', () => {
  const paths = AUDIT_ACTIONS.flatMap((action) => [
    ['auditActions', ...action.split('.')],
    ['auditTargets', action.split('.')[0]!],
  ]);
  for (const { terms } of [en, zhCn]) expect(missing(terms, paths)).toEqual([]);
});

describe('one word for one thing, in whatever people read', () => {
  /** By the word that stands in its place. British spelling. */
  const OTHER_WORDS: Record<string, RegExp> = {
    'log in': /\bsign(s|ed|ing)?[ -]in\b/i,
    email: /\be-mail/i,
    'data set': /\bdatasets?\b/i,
    cancelled: /\bcancel(ed|ing)\b/i,
    labelled: /\blabel(ed|ing)\b/i,
    neighbour: /\bneighbor/i,
    colour: /\bcolor/i,
    behaviour: /\bbehavior/i,
    catalogue: /\bcatalogs?\b/i,
    organization: /\borganisation/i,
    互动: /交互/,
    账期: /计费周期|账单周期|结算周期/,
    登录: /登陆|登入/,
    账户: /帐户|帐号|账号/,
    密钥: /秘钥|密匙/,
    数据集: /数据集合/,
    训练任务: /训练作业/,
    最终用户: /终端用户/,
    限额: /配额|额度/,
    算法: /配方/,
  };
  const textsOf = (texts: object): string[] =>
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === 'string' ? [`${key}: ${value}`] : textsOf(value),
    );
  const guides = globSync('docs/guides/**/*.md').flatMap((file) =>
    // Code is the API's own.
    readFileSync(file, 'utf8')
      .replace(/```[\s\S]*?```|`[^`]*`/g, '')
      .split('\n')
      .map((line) => `${file}: ${line}`),
  );
  const read = [
    ...[en, operatorEn, zhCn, operatorZhCn, apiZhCn].flatMap(textsOf),
    ...problems.flatMap(({ details }) => details),
    ...[...sentences, ...ofFields].map(({ text }) => text),
    ...guides,
  ];

  it.each(Object.entries(OTHER_WORDS))('%s', (_, other) => {
    expect(read.filter((text) => other.test(text))).toEqual([]);
  });
});
