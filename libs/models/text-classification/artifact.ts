import { z } from 'zod';
import { allFinite } from '../../compute/all-finite/kernel.js';
import {
  ArtifactError,
  readSafetensors,
  take,
  vector,
  writeSafetensors,
  type Tensor,
  type TensorFile,
} from '../safetensors.js';
import { TextColumn } from '../text-column.js';
import type { Classifier } from './classifier.js';
import { Vectorizer, type VectorizerSettings } from './features/vectorizer.js';
import { NEIGHBOUR_FEATURES, type Neighbours } from './neighbours.js';
import type { QuantisedModel } from './quantised-model.js';

export { ArtifactError } from '../safetensors.js';

/** What training found, to be written. */
export interface TextClassificationArtifact {
  classifier: Classifier;
  /** `[classes]` */
  labels: readonly string[];
}

/** What a predictor reads; arrays may be views into the artifact's bytes. */
export interface LoadedArtifact {
  classifier: Classifier;
  labels: string[];
}

const chance = z.coerce.number().min(0).max(1);
const lengths = z.tuple([z.int().min(1).max(16), z.int().min(1).max(16)]);
const featuresSchema = z.object({
  sources: z
    .array(
      z.object({
        kind: z.enum(['words', 'characters']),
        spaced: lengths,
        unspaced: lengths,
        weight: z.number().positive(),
      }),
    )
    .min(1)
    .max(16),
  minDocuments: z.int().min(1),
  maxFeatures: z.int().min(1),
});
const metadataSchema = z.object({
  format: z.literal('kindred-artifact'),
  family: z.literal('text-classification'),
  version: z.literal('1'),
  severalLabels: z.enum(['true', 'false']).transform((said) => said === 'true'),
  minScore: chance,
  outOfScopeBelow: z
    .literal('')
    .transform(() => null)
    .or(chance),
  features: z.string(),
});

/** The same content gives the same bytes. */
export function writeArtifact({ classifier, labels }: TextClassificationArtifact): Uint8Array<ArrayBuffer> {
  const { vectorizer, model, calibration, thresholds, minScore, outOfScopeBelow, neighbours } = classifier;
  return writeSafetensors({
    metadata: {
      format: 'kindred-artifact',
      family: 'text-classification',
      version: '1',
      severalLabels: String(calibration.severalLabels),
      minScore: String(minScore),
      outOfScopeBelow: String(outOfScopeBelow ?? ''),
      features: JSON.stringify(vectorizer.settings),
    },
    tensors: {
      ...packTexts('labels', labels),
      ...packVectorizer('features', vectorizer),
      'model.weights': { shape: [model.features, model.classes], array: bytesOf(model.weights) },
      'model.scales': vector(model.scales),
      'model.bias': vector(model.bias),
      'calibration.slopes': vector(calibration.slopes),
      'calibration.offsets': vector(calibration.offsets),
      ...(thresholds && { thresholds: vector(thresholds) }),
      ...packNeighbours(neighbours),
    },
  });
}

function packVectorizer(name: string, vectorizer: Vectorizer): Record<string, Tensor> {
  const { hashes, idf, sourceOf } = vectorizer.tensors();
  return {
    [`${name}.hashes`]: vector(hashes),
    [`${name}.idf`]: vector(idf),
    [`${name}.sources`]: vector(sourceOf),
  };
}

function packNeighbours({ data, vectorizer, rows }: Neighbours): Record<string, Tensor> {
  return {
    ...packTexts('neighbours.texts', data.texts),
    'neighbours.labels.offsets': vector(data.targets.offsets),
    'neighbours.labels.indices': vector(data.targets.indices),
    ...packVectorizer('neighbours.features', vectorizer),
    'neighbours.rows.offsets': vector(rows.offsets),
    'neighbours.rows.indices': vector(rows.indices),
    'neighbours.rows.values': vector(rows.values!),
  };
}

/** Reads and checks every part, so that a predictor can index without checks of its own. Throws {@link ArtifactError} whatever the bytes are. */
export function readArtifact(bytes: Uint8Array): LoadedArtifact {
  const file = readSafetensors(bytes);
  const metadata = metadataSchema.safeParse(file.metadata);
  if (!metadata.success) {
    throw new ArtifactError(`Not an artifact of text classification: ${z.prettifyError(metadata.error)}`);
  }
  const { severalLabels, minScore, outOfScopeBelow, features } = metadata.data;
  const labels = readTexts(file, 'labels');
  const classes = labels.length;
  const calibration = {
    severalLabels,
    slopes: takeFinite(file, 'calibration.slopes', [classes]),
    offsets: takeFinite(file, 'calibration.offsets', [classes]),
  };
  const scorer = {
    vectorizer: readVectorizer(file, 'features', parseFeatures(features)),
    model: readModel(file, classes),
    calibration,
    thresholds: severalLabels ? takeFinite(file, 'thresholds', [classes]) : null,
  };
  return { labels, classifier: { ...scorer, neighbours: readNeighbours(file, classes), minScore, outOfScopeBelow } };
}

function parseFeatures(json: string): VectorizerSettings {
  try {
    return featuresSchema.parse(JSON.parse(json));
  } catch (error) {
    throw new ArtifactError('The features of the artifact are malformed.', { cause: error });
  }
}

function readVectorizer(file: TensorFile, name: string, settings: VectorizerSettings): Vectorizer {
  const columns = file.tensors[`${name}.idf`]?.shape[0] ?? 0;
  const sourceOf = take(file, `${name}.sources`, 'U8', [columns]);
  if (sourceOf.some((source) => source >= settings.sources.length)) {
    throw new ArtifactError(`Tensor "${name}.sources" names a source that is not there.`);
  }
  const hashes = take(file, `${name}.hashes`, 'U32', [columns]);
  if (new Set(hashes).size !== columns) throw new ArtifactError(`Tensor "${name}.hashes" names a feature twice.`);
  return Vectorizer.fromTensors(settings, { hashes, idf: takeFinite(file, `${name}.idf`, [columns]), sourceOf });
}

function readNeighbours(file: TensorFile, classes: number): Neighbours {
  const texts = readTexts(file, 'neighbours.texts');
  const vectorizer = readVectorizer(file, 'neighbours.features', NEIGHBOUR_FEATURES);
  const targets = { classes, ...readPattern(file, 'neighbours.labels', texts.length, classes) };
  const pattern = readPattern(file, 'neighbours.rows', texts.length, vectorizer.columns);
  const values = takeFinite(file, 'neighbours.rows.values', [pattern.indices.length]);
  const rows = { rows: texts.length, columns: vectorizer.columns, ...pattern, values };
  return { data: { texts, targets }, vectorizer, rows };
}

/** Which columns each row has, ascending. */
function readPattern(file: TensorFile, name: string, rows: number, columns: number) {
  const offsets = take(file, `${name}.offsets`, 'U32', [rows + 1]);
  const indices = take(file, `${name}.indices`, 'U32', [offsets[rows]!]);
  assertRising(`${name}.offsets`, offsets);
  for (let row = 0; row < rows; row++) {
    for (let place = offsets[row]!; place < offsets[row + 1]!; place++) {
      const isAscending = place === offsets[row]! || indices[place - 1]! < indices[place]!;
      if (!isAscending || indices[place]! >= columns) {
        throw new ArtifactError(`Tensor "${name}.indices" is not ascending within a row, or out of bounds.`);
      }
    }
  }
  return { offsets, indices };
}

function assertRising(name: string, offsets: Uint32Array): void {
  const isRising = offsets.every((offset, i) => i === 0 || offsets[i - 1]! <= offset);
  if (offsets[0] !== 0 || !isRising) throw new ArtifactError(`Tensor "${name}" does not rise from 0.`);
}

function readModel(file: TensorFile, classes: number): QuantisedModel {
  const features = file.tensors['model.scales']?.shape[0] ?? 0;
  const bytes = take(file, 'model.weights', 'U8', [features, classes]);
  return {
    features,
    classes,
    weights: new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length),
    scales: takeFinite(file, 'model.scales', [features]),
    bias: takeFinite(file, 'model.bias', [classes]),
  };
}

function takeFinite(file: TensorFile, name: string, shape: number[]): Float32Array {
  const array = take(file, name, 'F32', shape);
  if (!allFinite(array)) throw new ArtifactError(`Tensor "${name}" is not finite throughout.`);
  return array;
}

function bytesOf({ buffer, byteOffset, length }: Int8Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, length);
}

function packTexts(name: string, texts: readonly string[]): Record<string, Tensor> {
  const { bytes, offsets } = TextColumn.pack(texts);
  return { [`${name}.bytes`]: vector(bytes), [`${name}.offsets`]: vector(offsets) };
}

function readTexts(file: TensorFile, name: string): string[] {
  const count = file.tensors[`${name}.offsets`]?.shape[0] ?? 0;
  if (count === 0) throw new ArtifactError(`Tensor "${name}.offsets" is missing or empty.`);
  const offsets = take(file, `${name}.offsets`, 'U32', [count]);
  const bytes = take(file, `${name}.bytes`, 'U8', [offsets[count - 1]!]);
  assertRising(`${name}.offsets`, offsets);
  const column = new TextColumn(bytes, offsets);
  return Array.from({ length: count - 1 }, (_, i) => column.at(i));
}
