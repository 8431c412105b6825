import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { inPlainWords } from './plain-words.js';

/** What the first issue says, by no words of the schema's own. */
const saidOf = (schema: z.ZodType, value: unknown) =>
  schema.safeParse(value, { error: inPlainWords }).error!.issues[0]!.message;

describe('a validator’s words reach no reader', () => {
  it.each<[z.ZodType, unknown, string]>([
    [z.string(), undefined, 'is missing'],
    [z.union([z.string(), z.number()]), undefined, 'is missing'],
    [z.string(), 7, 'must be a text'],
    [z.number(), 'x', 'must be a number'],
    [z.int(), 1.5, 'must be a whole number'],
    [z.boolean(), 'yes', 'must be true or false'],
    [z.array(z.string()), {}, 'must be a list'],
    [z.object({}), [], 'must be a JSON object'],
    [z.record(z.string(), z.string()), 7, 'must be a JSON object'],
    [z.enum(['live', 'test']), 'x', 'must be one of live, test'],
    [z.int().max(100), 101, 'must be at most 100'],
    [z.number().lt(1), 1, 'must be below 1'],
    [z.int().min(1), 0, 'must be at least 1'],
    [z.number().gt(0), 0, 'must be above 0'],
    [z.int(), 2 ** 60, `must be at most ${Number.MAX_SAFE_INTEGER}`],
    [z.string().max(3), 'four', 'must have at most 3 characters'],
    [z.string().min(1), '', 'must not be empty'],
    [z.string().min(8), 'short', 'must have at least 8 characters'],
    [z.array(z.string()).max(1), ['a', 'b'], 'must have at most 1 entries'],
    [z.email(), 'x', 'must be an email address'],
    [z.uuid(), 'x', 'must be an id, as the API gives them'],
    [z.iso.datetime(), 'x', 'must be a time such as 2026-11-29T12:00:00Z'],
    [z.iso.date(), 'x', 'must be a day such as 2026-11-29'],
    [z.int().multipleOf(5), 7, 'must be a multiple of 5'],
    [z.strictObject({}), { a: 1, b: 2 }, 'there is no field a, b here'],
    [z.string().regex(/^x$/), 'y', 'is not in a form that can be taken here'],
    [z.never(), 7, 'is not in a form that can be taken here'],
  ])('%#', (schema, value, said) => {
    expect(saidOf(schema, value)).toBe(said);
  });

  it('but what a schema says itself does', () => {
    expect(
      saidOf(
        z.string().refine(() => false, 'must rhyme'),
        'x',
      ),
    ).toBe('must rhyme');
  });
});
