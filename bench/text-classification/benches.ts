import type { FamilyBenches } from '../family-benches.js';

export const textClassification: FamilyBenches = { benches: {}, gpuParts: {} };
