import { describe, expect, it } from 'vitest';
import { Problem } from '../../platform/errors/problem.js';
import { LearntRows } from './learnt-rows.service.js';

function learntRows(failure: Error, rowsOfFile: number | null) {
  const content = rowsOfFile === null ? null : { rows: rowsOfFile, statistics: { users: 3 }, contentKey: 'key' };
  const dataSet = { id: 'd', kind: 'interactions', addedRows: 90, currentImport: content && { id: 'i' } };
  const parts = [
    { tenant: (_: string, work: (transaction: unknown) => unknown) => work({}) },
    { require: async () => dataSet, findContent: async () => content },
    {},
    { look: () => Promise.reject(failure) },
    { now: () => new Date() },
  ];
  return new LearntRows(...(parts as unknown as ConstructorParameters<typeof LearntRows>));
}

describe('rows that are too many to be looked at', () => {
  const tooMuch = new Problem(503, 'too_much_to_read', 'Too large.');

  it('are counted without their figures, so that a training is not refused for them', async () => {
    const ofBoth = await learntRows(tooMuch, 10).describe('t', 'p', 'd');
    expect(ofBoth).toMatchObject({ rows: 100, statistics: { users: 3 }, isUnjudged: true });
    const ofEvents = await learntRows(tooMuch, null).describe('t', 'p', 'd');
    expect(ofEvents).toMatchObject({ rows: 90, statistics: {}, isUnjudged: true });
  });

  it('are not taken for such where something else fails', async () => {
    await expect(learntRows(new Error('broken'), 10).describe('t', 'p', 'd')).rejects.toThrow('broken');
  });
});
