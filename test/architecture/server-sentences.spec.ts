import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import apiZhCn from '../../apps/web/src/i18n/api.zh-CN.json' with { type: 'json' };
import { translateSentences } from '../../apps/web/src/i18n/server-sentences.js';
import zhCn from '../../apps/web/src/i18n/zh-CN.json' with { type: 'json' };
import { checksOf } from '../../libs/features/data-sets/row-checks.js';
import type { Kind } from '../../libs/models/kinds/kind.js';
import { kinds } from '../../libs/models/kinds/kinds.js';
import {
  explainChoice as explainRecommender,
  type Findings,
  warnOfFloor as warnRecommender,
} from '../../libs/models/recommender/auto/explanation.js';
import {
  explainChoice as explainClassifier,
  warnOfFloor as warnClassifier,
} from '../../libs/models/text-classification/auto/explanation.js';
import { targetsOf } from '../../libs/models/text-classification/labelled-texts.js';
import { inUse, notFound } from '../../libs/platform/errors/problem.js';
import { withTables } from '../../libs/platform/tables/tables.js';
import { argumentsOf, ofFields, problems, sentences, VALUE, valuesOf } from './sentences.js';

const inChinese = (english: string) =>
  translateSentences(english, apiZhCn.sentences, (value) => (value in zhCn.terms.recipes ? '算法' : value));
/** What is left of English in it, but for metrics and settings, which have the names of the API. */
const englishIn = (text: string) => text.replace(/ndcg@20|words 2, cost 0.7/g, '').match(/[A-Za-z]+/g);

const trial = (recipe: string, value: number) => ({
  recipe,
  settings: {},
  metrics: { 'ndcg@20': value, accuracy: value },
  seconds: 1,
});

const findings = {
  data: {
    users: 1_200,
    items: 30,
    interactions: 5_000,
    density: 0.0123,
    hasValues: false,
    hasTimestamps: true,
    sequenceStrength: 0,
  },
  goal: 'taste',
  leaderboard: [trial('ials', 0.25), trial('ease', 0.2), trial('popularity', 0.1)],
  skipped: new Map([
    ['slim', 'there are too many items'],
    ['markov', 'the order of time says little here'],
    ['user-knn', 'there are too many interactions'],
    ['trending', 'the data set has no timestamps'],
    ['explicit-mf', 'the data set has no values'],
    ['item-knn', 'it takes too long here'],
    ['rp3beta', 'it needs more memory than there is'],
  ]),
  measuredUsers: 1_000,
} as unknown as Findings;

it('what auto says keeps its numbers in a Chinese sentence', () => {
  expect(inChinese(explainRecommender({ ...findings, skipped: new Map() }))).toBe(
    '在 1,000 名用户留出的五分之一互动上，3 种算法中“算法”排序最好：ndcg@20 为 0.2500；“算法”为 0.2000，“算法”为 0.1000。' +
      '数据有 1,200 名用户、30 个物品和 5,000 个不同的组合（占全部的 1.2 %）。',
  );
});

describe('what auto says on a Chinese page is Chinese', () => {
  it.each([
    ['of a recommender', findings],
    ['of the next interaction', { ...findings, goal: 'next' as const }],
    ['of popularity alone', { ...findings, leaderboard: findings.leaderboard.slice(2), skipped: new Map() }],
    ['of two recipes', { ...findings, leaderboard: findings.leaderboard.slice(1) }],
    ['without timestamps', { ...findings, data: { ...findings.data, hasTimestamps: false } }],
  ])('%s', (_, found) => {
    expect(englishIn(inChinese(explainRecommender(found)))).toBeNull();
  });

  it.each(['linear', 'naive-bayes', 'majority'])('of a classifier, where %s was best', (best) => {
    const others = ['linear', 'naive-bayes', 'majority'].filter((recipe) => recipe !== best);
    const leaderboard = [
      { ...trial(best, 0.9), settings: { words: 2, cost: 0.7 } },
      ...others.map((o) => trial(o, 0.5)),
    ];
    const data = { texts: ['a', 'b'], targets: targetsOf([[0], [1]], 2) };
    expect(englishIn(inChinese(explainClassifier(leaderboard as never, data, 13)))).toBeNull();
  });

  it('of a choice that is no better than the floor', () => {
    for (const warning of [warnRecommender('popularity'), warnClassifier('majority')])
      expect(englishIn(inChinese(warning!))).toBeNull();
  });
});

/** Whether English is left in it; names of the API, of formats and of other products are single words. */
const isEnglish = (english: string) => {
  const said = inChinese(english);
  return said === english || /[A-Za-z]{2,} [A-Za-z]{2,}/.test(said);
};

describe('whatever the sources may say is Chinese on a Chinese page', () => {
  it('every whole sentence: why a training or an import failed, why a webhook was disabled, what to do', () => {
    expect(sentences.length).toBeGreaterThan(60);
    expect(sentences.filter(({ text }) => isEnglish(text))).toEqual([]);
  });

  it('each word on a field of a request, of the validator’s and of our own', () => {
    expect(ofFields.length).toBeGreaterThan(50);
    expect(ofFields.filter(({ text }) => isEnglish(text))).toEqual([]);
    expect(inChinese('settings.factors: must be at most 512')).toBe('settings.factors：不能大于 512');
  });

  it('each error: by its code, where that says but one thing and no value, else by its own words', () => {
    expect(problems.length).toBeGreaterThan(60);
    const byCode = Map.groupBy(
      problems.filter(({ file }) => file !== 'libs/platform/errors/problem.ts'),
      ({ code }) => code,
    );
    for (const [code, found] of byCode) {
      const details = [...new Set(found.flatMap((problem) => problem.details))];
      if (code in apiZhCn.problems) {
        expect([details.length, details.filter((detail) => detail.includes(VALUE))], code).toEqual([1, []]);
      } else {
        expect(
          details.filter((detail) => /[a-z]/.test(detail) && isEnglish(detail)),
          code,
        ).toEqual([]);
      }
    }
  });

  it('what is not found, and what is in use by what', () => {
    const nouns = [...argumentsOf('notFound'), ...argumentsOf('parseId'), 'project', 'key'];
    const users = valuesOf('noun');
    expect([nouns.length, users.length].every((count) => count > 2)).toBe(true);
    const inUses = argumentsOf('inUse').flatMap((what) =>
      users.flatMap((noun) => [
        inUse(what, { noun, names: ['A'] }),
        inUse(what, { noun, names: ['A', 'B', 'C', 'D', 'E', 'F'] }),
      ]),
    );
    const said = [...nouns.map((noun) => notFound(noun, VALUE)), ...inUses].map(({ message }) => message);
    expect(said.filter(isEnglish)).toEqual([]);
  });

  // Put together of parts that are no sentences.
  it.each([
    'Training was tried 3 times and failed each time; at last it met an internal error. Try smaller settings or less data, or quote job 7 to support. Your live versions are untouched.',
    'Training was tried 3 times and failed each time; at last the training process was killed, most likely because the machine ran out of memory.',
    'Training was tried 3 times and failed each time; at last the machine that trained ran out of disk space.',
    'Training computed longer than the 60 minutes that your plan allows one job. Try smaller settings, such as fewer epochs, or less data, or a larger plan.',
    'Training computed longer than the 7 seconds that quotas and spend caps left for it in this billing period.',
    'Attempt failed: the training process met an internal error',
    'No recipe can be trained on this data here (ease: there are too many items; slim: it needs more memory than there is). Upload less data, then train again.',
    'The settings do not fit the recipe "ials": factors: must be at most 512',
    'The Free plan allows 3 training_jobs, and there are 3 in this billing period, which ends Dec 1. Change to a larger plan, or remove some first.',
    'The limit of this project, 7 recommendation_requests in a billing period, is reached. Raise it under Limits, or wait until Dec 1.',
  ])('%s', (english) => {
    expect(isEnglish(english)).toBe(false);
  });
});

it('tries what says most first, and takes a customer’s words for nothing but that', () => {
  const known = {
    '{{path}}: {{message}}': '{{path}}：{{message}}',
    '{{name}} is {{what}}': '{{name}}为{{what}}',
    auto: '自动',
  };
  expect(translateSentences('auto is auto', known, String)).toBe('auto为自动');
  expect(translateSentences('a: b', { ...known, 'a: {{rest}}': '甲{{rest}}' }, String)).toBe('甲b');
});

it('keeps numbers and names, and sentences that it does not know', () => {
  const known = { 'The data has {{users}} users.': '数据有 {{users}} 名用户。' };
  expect(translateSentences('The data has 1,200 users. Nobody knows this.', known, String)).toBe(
    '数据有 1,200 名用户。Nobody knows this.',
  );
});

describe('what an import says on a Chinese page is Chinese', () => {
  const sourceOf = (file: string) => readFileSync(path.resolve(import.meta.dirname, '../..', file), 'utf8');
  /** Names of the API, of a file and of formats stay as they are. */
  const NAMES =
    /\b(UTF-\d+|CSV|JSON|dates|day_first|month_first|encoding|windows|Parquet|ISO|Unix|user_id|item_id|event_type|value|timestamp|text|label|language|split|train|validation|test|decimal|comma|point|x|xs)\b/g;
  const isChinese = (message: string) => {
    const translated = inChinese(message);
    expect(translated.replace(NAMES, ''), message).not.toMatch(/[A-Za-z]{3}/);
  };
  /** Literals of a source that a pattern finds, with what stands in their place filled in. */
  const literalsOf = (file: string, pattern: RegExp) => {
    const found = [...sourceOf(file).matchAll(pattern)].map(([, text]) =>
      [...text!.matchAll(/'((?:[^'\\]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g)]
        .map(([, plain, template]) => plain ?? template!.replace(/\$\{AS_IT_WAS\}/g, 'The data set is as it was.'))
        .join('')
        .replace(/\$\{[^}]*\}/g, 'x'),
    );
    expect(found.length, file).toBeGreaterThan(0);
    return found;
  };

  it('of each row that is wrong: by every check of every kind, and by what the reader itself finds', async () => {
    const messages = await withTables([], {}, async (connection) => {
      const all = Object.values(kinds).flatMap((kind: Kind) => {
        const names = [...Object.keys(kind.columns), 'x'];
        const columns = new Map(Object.keys(kind.columns).map((name, index) => [name, index]));
        const formats = [...columns.values()].map((index) => [index, 'either'] as const);
        return [new Map(), new Map(formats)].flatMap((times) =>
          checksOf(kind, names, columns, { numbers: new Map(), times }).map(({ message }) => message),
        );
      });
      const cells = Array.from({ length: 8 }, (_, index) => `'Dr. X. Y' AS c${index}`).join(', ');
      const reader = await connection.runAndReadAll(`SELECT ${all.join(', ')} FROM (SELECT ${cells})`);
      return reader.getRows()[0]!.map(String);
    });
    expect(messages.length).toBeGreaterThan(20);
    const structural = literalsOf('libs/features/data-sets/wrong-rows.ts', /(?:THEN|ELSE) ('[^']+')/g);
    const later = [
      '"Dr. X" was described on an earlier row',
      'there are more than 50 different values of event_type, and "Dr. X" is not among the first',
      '"Dr. X" may have its comma before decimals or between thousands: say which with decimal=comma or decimal=point',
    ];
    for (const message of [...messages, ...structural, ...later])
      isChinese(message.replaceAll('Dr. X. Y', 'x').replaceAll('Dr. X', 'x'));
    expect(inChinese('"Dr. X. Y" is not a finite number')).toBe('“Dr. X. Y”不是有限的数字');
  });

  it('of rows before training', () => {
    const few = { usersWithTwoOrMore: 1, labelled: 3, labels: 2_000, rareLabels: 2, contradictions: 1 };
    const reported = {
      duplicates: 5,
      futureTimes: 1,
      earlyTimes: 1,
      unknownItems: 2,
      topShare: 0.6,
      largestLabel: 0.95,
    };
    const advice = Object.values(kinds).flatMap((kind: Kind) => [
      ...kind.judge(7, { ...few, ...reported }).map(({ sentence }) => sentence),
      ...kind.judge(7, { labelled: 0 }).map(({ sentence }) => sentence),
      ...kind.judge(7, { labelled: 7, labels: 1 }).map(({ sentence }) => sentence),
      ...(kind.enough ? [kind.enough(7, few)] : []),
    ]);
    expect(new Set(advice).size).toBeGreaterThan(14);
    for (const sentence of advice) isChinese(sentence);
  });
});
