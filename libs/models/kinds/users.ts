import { interactions } from './interactions.js';
import type { Kind } from './kind.js';

export const users = {
  summary: 'What is known of users: one row for each, with its attributes.',
  columns: { user_id: interactions.columns.user_id },
  others: 'attributes',
  identity: 'user_id',
  person: 'user_id',
  statistics: {},
  distributions: {},
  meters: {},
  rowBytes: 0,
  judge: () => [],
} satisfies Kind;
