import type { Sample } from '../task';

/** Questions of a bank's customers, of Banking77. */
export const questions: Sample = {
  family: 'text-classification',
  recipe: 'linear',
  dataSets: [{ role: 'texts', name: 'tasks.classification.sample.texts', key: 'bank-questions' }],
  license: 'questions.license.txt',
  texts: {
    action: 'tasks.classification.sample.action',
    about: 'tasks.classification.sample.about',
    credit: 'tasks.classification.sample.credit',
    model: 'tasks.classification.sample.model',
  },
};
