import { beforeAll, describe, expect, it } from 'vitest';
import { sharedEngine } from '../engine.js';
import { eraseUser } from '../erasers.js';
import { readSafetensors, writeSafetensors, type TensorFile } from '../safetensors.js';
import { questions } from '../tasks/classification/questions.js';
import { runToEnd } from '../training/conformance.js';
import { ArtifactError, readArtifact } from './artifact.js';
import { inputOf } from './input.js';
import { createTextClassificationTrainer } from './trainer.js';

let artifact: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  const options = { recipe: 'linear', settings: {}, seed: 1, engine: await sharedEngine() };
  ({ artifact } = await runToEnd(createTextClassificationTrainer(inputOf(questions()), options)));
});

/** The artifact with a change made to a copy of what it holds. */
function damaged(change: (file: TensorFile) => void): Uint8Array {
  const { metadata, tensors } = readSafetensors(artifact);
  const copies = Object.entries(tensors).map(([name, { shape, array }]) => [name, { shape, array: array.slice() }]);
  const file = { metadata: { ...metadata }, tensors: Object.fromEntries(copies) } as TensorFile;
  change(file);
  return writeSafetensors(file);
}

describe('an artifact', () => {
  it('reads back', () => {
    expect(readArtifact(artifact).labels).toHaveLength(6);
    expect(() => readArtifact(damaged(() => undefined))).not.toThrow();
  });

  it.each<[string, (file: TensorFile) => void]>([
    ['of another family', ({ metadata }) => (metadata['family'] = 'recommender')],
    ['of a later version', ({ metadata }) => (metadata['version'] = '2')],
    ['with a score beyond 1', ({ metadata }) => (metadata['minScore'] = '1.5')],
    ['with features that are no JSON', ({ metadata }) => (metadata['features'] = '{')],
    [
      'with features of no source',
      ({ metadata }) => (metadata['features'] = '{"sources":[],"minDocuments":1,"maxFeatures":1}'),
    ],
    ['with a weight that is not finite', ({ tensors }) => (tensors['model.scales']!.array[0] = NaN)],
    ['with a slope that is not finite', ({ tensors }) => (tensors['calibration.slopes']!.array[0] = Infinity)],
    ['with a source that is not there', ({ tensors }) => (tensors['features.sources']!.array[0] = 9)],
    ['with a label that is not there', ({ tensors }) => (tensors['neighbours.labels.indices']!.array[0] = 99)],
    ['with a word that is not there', ({ tensors }) => (tensors['neighbours.rows.indices']!.array[0] = 1e9)],
    ['with offsets that fall', ({ tensors }) => (tensors['neighbours.rows.offsets']!.array[1] = 1e9)],
    ['without its weights', ({ tensors }) => delete tensors['model.weights']],
    [
      'with fewer features than weights',
      ({ tensors }) => (tensors['features.idf'] = { shape: [1], array: Float32Array.of(1) }),
    ],
  ])('%s is refused', (_name, change) => {
    expect(() => readArtifact(damaged(change))).toThrow(ArtifactError);
  });

  it('that is cut off anywhere is refused', () => {
    for (const share of [0, 0.01, 0.3, 0.7, 0.999]) {
      expect(() => readArtifact(artifact.slice(0, share * artifact.length))).toThrow(ArtifactError);
    }
  });

  it('names no person, so that nobody is to be taken out', () => {
    expect(eraseUser('text-classification', artifact, 'user-1')).toBeNull();
  });
});
