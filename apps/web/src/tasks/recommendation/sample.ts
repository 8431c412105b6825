import type { Sample } from '../task';

/** Films of MovieTweetings and who rated them. */
export const films: Sample = {
  family: 'recommender',
  recipe: 'ials',
  dataSets: [
    {
      role: 'interactions',
      name: 'tasks.recommendation.sample.interactions',
      key: 'film-ratings',
    },
    { role: 'items', name: 'tasks.recommendation.sample.items', key: 'films' },
  ],
  license: 'films.license.txt',
  texts: {
    action: 'tasks.recommendation.sample.action',
    about: 'tasks.recommendation.sample.about',
    credit: 'tasks.recommendation.sample.credit',
    model: 'tasks.recommendation.sample.model',
  },
};
