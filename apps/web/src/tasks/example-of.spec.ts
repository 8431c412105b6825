import { describe, expect, it } from 'vitest';
import { exampleOf } from './example-of';

describe('exampleOf', () => {
  it('fills every field of a request: with its default, or with something of its type', () => {
    const properties = {
      text: { type: 'string' },
      limit: { type: 'integer', minimum: 1, default: 10 },
      temperature: { type: 'number', minimum: 0.1 },
      mode: { type: 'string', enum: ['short', 'long'] },
      labels: { type: 'array' },
      options: { type: 'object', properties: { isStrict: { type: 'boolean' } } },
    };
    expect(exampleOf({ type: 'object', properties })).toEqual({
      text: '',
      limit: 10,
      temperature: 0.1,
      mode: 'short',
      labels: [],
      options: { isStrict: false },
    });
  });

  it('asks nothing of an operation whose request has no fields', () => {
    expect(exampleOf({})).toEqual({});
  });
});
