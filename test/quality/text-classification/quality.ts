import type { FamilyQuality } from '../family-quality.js';

export const textClassification: FamilyQuality = {
  rows: [],
  searchSeconds: 40,
  ofChance: new Set(),
  slow: new Set(),
};
