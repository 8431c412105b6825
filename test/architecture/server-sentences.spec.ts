import { describe, expect, it } from 'vitest';
import apiZhCn from '../../apps/web/src/i18n/api.zh-CN.json' with { type: 'json' };
import { translateSentences } from '../../apps/web/src/i18n/server-sentences.js';
import zhCn from '../../apps/web/src/i18n/zh-CN.json' with { type: 'json' };
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

it('keeps numbers and names, and sentences that it does not know', () => {
  const known = { 'The data has {{users}} users.': '数据有 {{users}} 名用户。' };
  expect(translateSentences('The data has 1,200 users. Nobody knows this.', known, String)).toBe(
    '数据有 1,200 名用户。Nobody knows this.',
  );
});
