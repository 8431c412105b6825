import type { Sample } from '../task';

/** Films of MovieTweetings and who rated them. */
export const films: Sample = {
  family: 'recommender',
  recipe: 'ials',
  dataSets: [
    {
      role: 'interactions',
      kind: 'interactions',
      name: 'tasks.recommendation.sample.interactions',
      file: 'ratings.csv',
    },
    { role: 'items', kind: 'items', name: 'tasks.recommendation.sample.items', file: 'films.csv' },
  ],
  license: 'films.license.txt',
  texts: {
    action: 'tasks.recommendation.sample.action',
    about: 'tasks.recommendation.sample.about',
    credit: 'tasks.recommendation.sample.credit',
    model: 'tasks.recommendation.sample.model',
  },
};
