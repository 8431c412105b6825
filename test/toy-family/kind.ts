import type { Kind } from '../../libs/models/kinds/kind.js';

export const numbers = {
  summary: 'Numbers, one a row.',
  columns: {
    number: { type: 'number', spellings: ['number'], meaning: 'the number', isRequired: true },
    weight: { type: 'number', spellings: ['weight'], meaning: 'how much it counts' },
  },
  others: 'ignored',
  distributions: {},
  statistics: { largest: { sql: 'max(number)', type: 'count', meaning: 'The largest' } },
  meters: {},
  rowBytes: 16,
  judge: (rows) =>
    rows < 3
      ? [{ code: 'few', sentence: `A mean of ${rows} numbers says little.`, parameters: { rows }, blocks: false }]
      : [],
} satisfies Kind;
