import { describe, expect, it } from 'vitest';
import { shownMeters } from './shown-meters';

const METERS = ['recommendation_requests', 'stored_interactions', 'training_seconds'].map((key) => ({
  key,
  unit: 'unit',
  description: '',
}));

describe('shownMeters', () => {
  it('are the used ones, in the order of the list', () => {
    expect(shownMeters(METERS, ['training_seconds', 'recommendation_requests', 'training_seconds'])).toEqual([
      'recommendation_requests',
      'training_seconds',
    ]);
  });

  it('hide nothing that was used, known or not', () => {
    expect(shownMeters([], ['new_meter', undefined, 'new_meter'])).toEqual(['new_meter']);
  });
});
