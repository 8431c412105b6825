import type { Bar } from '../family-quality.js';
import { banking77, banking77FewShot, clinc150, smsSpam, trec, waimai, type TextSplit } from './data-files.js';

/** A row of this family. */
export interface TextRow {
  name: string;
  protocol: string;
  needs: string[];
  load: (draw: number) => TextSplit;
  /** How many training sides are drawn, and measured on one by one; one where absent. */
  draws?: number;
  bars: Bar[];
  recipes: [recipe: string, settings: object][];
}

const BASELINES: TextRow['recipes'] = [
  ['majority', {}],
  ['naive-bayes', {}],
];
const SVC = 'LinearSVC on words 1–2 and characters 2–5, measured';
const BANKING77 = ['banking77/train.csv.gz', 'banking77/test.csv.gz'];

export const ROWS: TextRow[] = [
  {
    name: 'banking77',
    protocol: 'the official split: 10,003 questions of 77 intents to learn from, 3,080 to measure on',
    needs: BANKING77,
    load: banking77,
    bars: [{ metric: 'accuracy', best: 0.912, source: SVC }],
    recipes: [...BASELINES, ['linear', {}]],
  },
  fewShotDrawn('banking77-10-shot', 10, 0.721),
  fewShotByFile('banking77-10-shot-by-file', 10, 0.71),
  fewShotDrawn('banking77-5-shot', 5, 0.62),
  fewShotByFile('banking77-5-shot-by-file', 5, 0.608),
  {
    name: 'clinc150',
    protocol:
      'train and validation to learn from; accuracy on the 4,500 test texts in scope, and how well familiarity tells them from the 1,000 out of scope (AUROC)',
    needs: ['clinc150/data_full.json.gz'],
    load: clinc150,
    bars: [
      { metric: 'accuracy', best: 0.935, source: SVC },
      { metric: 'auroc', best: 0.95, source: 'largest decision of LinearSVC, measured' },
    ],
    recipes: [...BASELINES, ['linear', {}]],
  },
  {
    name: 'waimai',
    protocol: 'a fifth of 11,987 Chinese reviews held out by hash, good or bad',
    needs: ['waimai/waimai_10k.csv.gz'],
    load: waimai,
    bars: [{ metric: 'accuracy', best: 0.905, source: 'LinearSVC on characters 1–4, measured' }],
    recipes: [...BASELINES, ['linear', {}], ['linear', { cost: 0.3 }]],
  },
  {
    name: 'sms-spam',
    protocol: 'exact duplicates dropped, then a fifth of the messages held out by hash',
    needs: ['sms-spam/sms.tsv.gz'],
    load: smsSpam,
    bars: [{ metric: 'accuracy', best: 0.994, source: SVC }],
    recipes: [...BASELINES, ['linear', {}]],
  },
  {
    name: 'trec',
    protocol: 'the official split: 5,452 questions of six kinds to learn from, 500 to measure on',
    needs: ['trec/TREC.train.all.gz', 'trec/TREC.test.all.gz'],
    load: trec,
    bars: [{ metric: 'accuracy', best: 0.908, source: 'LinearSVC on words 1–2, measured' }],
    recipes: [...BASELINES, ['linear', {}], ['linear', { naiveBayes: 0 }], ['linear', { words: 3, naiveBayes: 0 }]],
  },
];

function fewShotDrawn(name: string, perLabel: number, best: number): TextRow {
  return {
    ...fewShotByFile(name, perLabel, best),
    protocol: `${perLabel} questions of each intent, the mean over five draws; the official test side`,
    load: (draw) => banking77FewShot(perLabel, draw),
    draws: 5,
  };
}

function fewShotByFile(name: string, perLabel: number, best: number): TextRow {
  return {
    name,
    protocol: `the first ${perLabel} questions of each intent in the file; the official test side`,
    needs: BANKING77,
    load: () => banking77FewShot(perLabel),
    bars: [{ metric: 'accuracy', best, source: SVC }],
    recipes: [...BASELINES, ['linear', {}]],
  };
}
