import { interactions } from './interactions.js';
import type { Kind } from './kind.js';

export const items = {
  summary: 'What is known of items: one row for each, with its attributes.',
  columns: { item_id: interactions.columns.item_id },
  others: 'attributes',
  attributes: {
    published_at: {
      spellings: ['published_at', 'publishedat', 'published', 'release_date', 'released_at', '发布时间', '上架时间'],
      meaning: 'when the item came out',
    },
    hidden: {
      spellings: ['hidden', 'is_hidden', 'unavailable', '隐藏', '下架'],
      meaning: 'whether the item is hidden',
    },
  },
  identity: 'item_id',
  statistics: {},
  distributions: {},
  meters: {},
  rowBytes: 0,
  judge: () => [],
} satisfies Kind;
