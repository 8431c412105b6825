import { interactions } from './interactions.js';
import type { Kind } from './kind.js';

export const items = {
  summary: 'What is known of items: one row for each, with its attributes.',
  columns: { item_id: interactions.columns.item_id },
  others: 'attributes',
  identity: 'item_id',
  statistics: {},
  distributions: {},
  meters: {},
  rowBytes: 0,
  judge: () => [],
} satisfies Kind;
