import { rounds, show } from '../command-line.js';
import type { FamilyBenches } from '../family-benches.js';
import { benchTexts } from './texts.js';

export const textClassification: FamilyBenches = {
  benches: {
    texts: async () => {
      const result = await benchTexts(rounds);
      if (!result) return console.log('Banking77 is not on this machine: docs/quality.md says where it belongs.');
      const { training, prediction, accuracy, artifactMegabytes } = result;
      show(training);
      show(prediction);
      console.table(accuracy);
      console.log(`${artifactMegabytes.toFixed(1)} MB of artifact`);
    },
  },
  gpuParts: {},
};
