import { describe, expect, it } from 'vitest';
import { highlight } from './highlight';

describe('highlight', () => {
  it('keeps the text, and adds up the pieces that hold a letter', () => {
    const segments = highlight('my card arrived', [
      { start: 3, end: 7, weight: 1 },
      { start: 3, end: 15, weight: 1 },
      { start: 0, end: 2, weight: -0.5 },
    ]);
    expect(segments).toEqual([
      { text: 'my', weight: -0.25 },
      { text: ' ', weight: 0 },
      { text: 'card', weight: 1 },
      { text: ' arrived', weight: 0.5 },
    ]);
  });

  it('counts in UTF-16 code units, as the API does', () => {
    expect(highlight('😀 糟糕', [{ start: 3, end: 5, weight: 2 }])).toEqual([
      { text: '😀 ', weight: 0 },
      { text: '糟糕', weight: 1 },
    ]);
  });

  it('shows a text as it is where nothing weighed', () => {
    expect(highlight('hello', [])).toEqual([{ text: 'hello', weight: 0 }]);
  });
});
