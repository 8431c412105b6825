import { expect, it } from 'vitest';
import { ID_CHARACTERS_MAX } from '../../libs/models/tasks/recommendation/task.js';
import { BOUNDS } from '../../libs/platform/bounds.js';

it('a call can name every id that a row may have', () => {
  expect(ID_CHARACTERS_MAX).toBe(BOUNDS.idCharacters.most);
});
