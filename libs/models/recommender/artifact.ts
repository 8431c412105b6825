import { z } from 'zod';
import { allFinite } from '../../compute/all-finite/kernel.js';
import type { Csr } from '../../compute/csr/kernel.js';
import {
  ArtifactError,
  readSafetensors,
  take,
  vector,
  writeSafetensors,
  type Tensor,
  type TensorFile,
} from '../safetensors.js';
import { sortedOrder, TextColumn, TextIndex } from '../text-column.js';
import type { FactorModel, HybridModel, ProductModel } from './fitted-model.js';
import { featureCount, SIGNALS } from './hybrid/candidate-list.js';
import type { Popularity } from './recipes/popularity.js';

export { ArtifactError } from '../safetensors.js';

/** What training found, to be written. */
export interface RecommenderArtifact extends Knowledge {
  userIds: string[];
  itemIds: string[];
  /** `[items]` */
  itemAttributes: (Record<string, string> | null)[];
}

/** What a predictor reads: views into the artifact's bytes, so that loading costs next to nothing. */
export interface LoadedArtifact extends Knowledge {
  users: TextIndex;
  itemIds: TextColumn;
  /** `[items]`, JSON of an object of texts, or empty where nothing is known; see {@link parseAttributes}. */
  itemAttributes: TextColumn;
}

/** Plain arrays; nothing in an artifact is ever run. */
interface Knowledge {
  popularity: Popularity;
  /** `[users, items]`, the distinct pairs of the training data. */
  seen: Csr;
  /** What ranks for a known user; null where popularity does. */
  model: FactorModel | ProductModel | HybridModel | null;
}

const artifactMetadata = { format: z.literal('kindred-artifact'), family: z.literal('recommender') };
const metadataSchema = z.discriminatedUnion('version', [
  // Version 1 counted popularity in whole numbers and knew two recipes.
  z.object({ ...artifactMetadata, version: z.literal('1'), recipe: z.enum(['ials', 'popularity']) }),
  z.object({ ...artifactMetadata, version: z.literal('2'), kind: z.enum(['factors', 'product', 'popularity']) }),
  // Version 3 added models of several models.
  z.object({
    ...artifactMetadata,
    version: z.literal('3'),
    kind: z.literal('hybrid'),
    generators: z.string().regex(/^(factors|product)(,(factors|product))*$/),
    candidates: z.coerce.number().int().positive(),
    /** Columns of the items' features; 0 where there are none. */
    features: z.coerce.number().int().nonnegative(),
  }),
]);
type Kind = 'factors' | 'product' | 'popularity';
const attributesSchema = z.record(z.string(), z.string());

/** The same content gives the same bytes. */
export function writeArtifact(artifact: RecommenderArtifact): Uint8Array<ArrayBuffer> {
  const { userIds, itemIds, itemAttributes, popularity, seen, model } = artifact;
  const attributes = itemAttributes.map((value) => (value === null ? '' : JSON.stringify(value)));
  return writeSafetensors({
    metadata: { format: 'kindred-artifact', family: 'recommender', ...describeModel(model) },
    tensors: {
      ...packTexts('user_ids', userIds),
      'user_ids.order': vector(sortedOrder(userIds)),
      ...packTexts('item_ids', itemIds),
      ...packTexts('item_attributes', attributes),
      'popularity.scores': vector(popularity.scores),
      'popularity.order': vector(popularity.order),
      ...packSparse('seen', seen),
      ...(model ? packModel(model) : {}),
    },
  });
}

function describeModel(model: Knowledge['model']): Record<string, string> {
  if (model?.kind !== 'hybrid') return { version: '2', kind: model?.kind ?? 'popularity' };
  const { kind, generators, candidates, itemFeatures } = model;
  const sizes = { candidates: String(candidates), features: String(itemFeatures?.columns ?? 0) };
  return { version: '3', kind, generators: generators.map((each) => each.kind).join(), ...sizes };
}

/**
 * The artifact without what it holds of one person: the id, what they did, and what was learnt of them. Counts over everyone stay
 * as they were. Null where it does not know the person. Throws {@link ArtifactError} whatever the bytes are.
 */
export function eraseUser(bytes: Uint8Array, userId: string): Uint8Array<ArrayBuffer> | null {
  const { users } = readArtifact(bytes);
  const user = users.find(userId);
  if (user === undefined) return null;
  const file = readSafetensors(bytes);
  const column = readTexts(file, 'user_ids');
  const userIds = Array.from({ length: column.length }, (_, i) => (i === user ? erasedName(user) : column.at(i)));
  const itemCount = readTexts(file, 'item_ids').length;
  const tensors: Record<string, Tensor> = {
    ...file.tensors,
    ...packTexts('user_ids', userIds),
    'user_ids.order': vector(sortedOrder(userIds)),
  };
  for (const [name, { shape, array }] of Object.entries(file.tensors)) {
    if (name.endsWith('factors.users')) {
      const kept = (array as Float32Array).slice();
      kept.fill(0, user * shape[1], (user + 1) * shape[1]);
      tensors[name] = { shape, array: kept };
    }
    const rows = shape[0] - 1;
    const isHistory = name === 'seen.offsets' || name.endsWith('histories.offsets');
    // Of users like a user, S has a row for each of them; of items like an item, one for each item.
    const isOfUsers = name.endsWith('similarity.offsets') && rows === userIds.length && rows !== itemCount;
    if (isHistory || isOfUsers) Object.assign(tensors, emptyRow(file, name.slice(0, -'.offsets'.length), user));
  }
  return writeSafetensors({ metadata: file.metadata, tensors });
}

/** No call can name it: NUL is in no request. */
function erasedName(user: number): string {
  return `\0${user}`;
}

function emptyRow(file: TensorFile, name: string, row: number): Record<string, Tensor> {
  const offsets = file.tensors[`${name}.offsets`].array as Uint32Array;
  const [start, end] = [offsets[row], offsets[row + 1]];
  const without = (part: 'indices' | 'values') => {
    const tensor = file.tensors[`${name}.${part}`];
    if (!tensor) return {};
    const kept = tensor.array.slice(0, tensor.array.length - (end - start));
    kept.set(tensor.array.subarray(end) as never, start);
    return { [`${name}.${part}`]: vector(kept) };
  };
  const moved = offsets.map((offset, i) => (i > row ? offset - (end - start) : offset));
  return { [`${name}.offsets`]: vector(moved), ...without('indices'), ...without('values') };
}

/** @param prefix of the tensors' names */
function packModel(model: FactorModel | ProductModel | HybridModel, prefix = ''): Record<string, Tensor> {
  if (model.kind === 'hybrid') return packHybrid(model);
  if (model.kind === 'product') {
    const { histories, similarity } = model;
    return { ...packSparse(`${prefix}histories`, histories), ...packSparse(`${prefix}similarity`, similarity) };
  }
  const { dimensions, users, items } = model;
  return {
    [`${prefix}factors.users`]: { shape: [users.length / dimensions, dimensions], array: users },
    [`${prefix}factors.items`]: { shape: [items.length / dimensions, dimensions], array: items },
  };
}

function packHybrid({ generators, signals, itemFeatures, ranker }: HybridModel): Record<string, Tensor> {
  return Object.assign(
    { signals: vector(signals) },
    itemFeatures && packSparse('item_features', itemFeatures),
    ...Object.entries(ranker).map(([name, array]) => ({ [`ranker.${name}`]: vector(array) })),
    ...generators.map((each, i) => packModel(each, generatorPrefix(i))),
  ) as Record<string, Tensor>;
}

const generatorPrefix = (place: number) => `generators.${place}.`;

function packSparse(name: string, { offsets, indices, values }: Csr): Record<string, Tensor> {
  const pattern = { [`${name}.offsets`]: vector(offsets), [`${name}.indices`]: vector(indices) };
  return values ? { ...pattern, [`${name}.values`]: vector(values) } : pattern;
}

/**
 * Reads and checks every part, so that a predictor can index without checks of its own. Arrays may be views into `bytes`.
 * Throws {@link ArtifactError} whatever the bytes are. The caller checks the SHA-256 first.
 */
export function readArtifact(bytes: Uint8Array): LoadedArtifact {
  const file = readSafetensors(bytes);
  const metadata = metadataSchema.safeParse(file.metadata);
  if (!metadata.success) throw new ArtifactError(`Not a recommender artifact: ${z.prettifyError(metadata.error)}`);
  const userIds = readTexts(file, 'user_ids');
  const itemIds = readTexts(file, 'item_ids');
  const itemAttributes = readTexts(file, 'item_attributes');
  if (itemAttributes.length !== itemIds.length) throw new ArtifactError('Item ids and attributes differ in number.');
  const [users, items] = [userIds.length, itemIds.length];
  const seen = { ...readSparse(file, 'seen', users, items), values: null };
  return {
    users: new TextIndex(userIds, take(file, 'user_ids.order', 'U32', [users])),
    itemIds,
    itemAttributes,
    popularity: readPopularity(file, items),
    seen,
    model:
      metadata.data.version === '3'
        ? readHybrid(file, metadata.data, seen)
        : readModel(file, kindOf(metadata.data), users, items),
  };
}

function readHybrid(
  file: TensorFile,
  { generators, candidates, features }: Extract<z.infer<typeof metadataSchema>, { version: '3' }>,
  seen: Csr,
): HybridModel {
  const [users, items] = [seen.rows, seen.columns];
  const kinds = generators.split(',') as ('factors' | 'product')[];
  const hidden = file.tensors['ranker.bias']?.shape[0] ?? 0;
  const finite = (name: string, length: number) => {
    const array = take(file, name, 'F32', [length]);
    if (!allFinite(array)) throw new ArtifactError(`Tensor "${name}" is not finite throughout.`);
    return array;
  };
  return {
    kind: 'hybrid',
    generators: kinds.map((kind, i) => readModel(file, kind, users, items, generatorPrefix(i))!),
    seen,
    signals: finite('signals', SIGNALS * items),
    itemFeatures: features > 0 ? readSparse(file, 'item_features', items, features) : null,
    candidates,
    ranker: {
      inner: finite('ranker.inner', featureCount(kinds.length) * hidden),
      bias: finite('ranker.bias', hidden),
      outer: finite('ranker.outer', hidden),
    },
  };
}

function kindOf(metadata: Exclude<z.infer<typeof metadataSchema>, { version: '3' }>): Kind {
  if (metadata.version === '2') return metadata.kind;
  return metadata.recipe === 'ials' ? 'factors' : 'popularity';
}

function readModel(
  file: TensorFile,
  kind: Kind,
  users: number,
  items: number,
  prefix = '',
): FactorModel | ProductModel | null {
  if (kind === 'popularity') return null;
  return kind === 'factors' ? readFactors(file, prefix, users, items) : readProduct(file, prefix, users, items);
}

function readPopularity(file: TensorFile, items: number): Popularity {
  const scores = file.tensors['popularity.counts']
    ? Float32Array.from(take(file, 'popularity.counts', 'U32', [items]))
    : take(file, 'popularity.scores', 'F32', [items]);
  if (!allFinite(scores)) throw new ArtifactError('Popularity holds a value that is not finite.');
  const order = take(file, 'popularity.order', 'U32', [items]);
  const placed = new Uint8Array(items);
  for (const item of order) if (item < items) placed[item] = 1;
  if (placed.includes(0)) throw new ArtifactError('Tensor "popularity.order" is not an order of the items.');
  return { scores, order };
}

/** Values are null where the file has none. */
function readSparse(file: TensorFile, name: string, rows: number, columns: number): Csr {
  const offsets = take(file, `${name}.offsets`, 'U32', [rows + 1]);
  const indices = take(file, `${name}.indices`, 'U32', [offsets[rows]]);
  assertOffsets(`${name}.offsets`, offsets, indices.length);
  for (let row = 0; row < rows; row++) {
    for (let position = offsets[row]; position < offsets[row + 1]; position++) {
      const isAscending = position === offsets[row] || indices[position - 1] < indices[position];
      if (!isAscending || indices[position] >= columns) {
        throw new ArtifactError(`Tensor "${name}.indices" is not ascending within a row, or out of bounds.`);
      }
    }
  }
  const values = file.tensors[`${name}.values`] ? take(file, `${name}.values`, 'F32', [indices.length]) : null;
  if (values && !allFinite(values)) throw new ArtifactError(`Tensor "${name}.values" is not finite throughout.`);
  return { rows, columns, offsets, indices, values };
}

function readFactors(file: TensorFile, prefix: string, users: number, items: number): FactorModel {
  const dimensions = file.tensors[`${prefix}factors.users`]?.shape[1] ?? 0;
  if (dimensions === 0) throw new ArtifactError(`Tensor "${prefix}factors.users" is missing or has no dimensions.`);
  const factors: FactorModel = {
    kind: 'factors',
    dimensions,
    users: take(file, `${prefix}factors.users`, 'F32', [users, dimensions]),
    items: take(file, `${prefix}factors.items`, 'F32', [items, dimensions]),
  };
  if (!allFinite(factors.users) || !allFinite(factors.items)) {
    throw new ArtifactError('Factors hold a value that is not finite.');
  }
  return factors;
}

function readProduct(file: TensorFile, prefix: string, users: number, items: number): ProductModel {
  const inner = (file.tensors[`${prefix}similarity.offsets`]?.shape[0] ?? 0) - 1;
  if (inner < 0) throw new ArtifactError(`Tensor "${prefix}similarity.offsets" is missing or empty.`);
  return {
    kind: 'product',
    histories: readSparse(file, `${prefix}histories`, users, inner),
    similarity: readSparse(file, `${prefix}similarity`, inner, items),
  };
}

function packTexts(name: string, texts: string[]): Record<string, Tensor> {
  const { bytes, offsets } = TextColumn.pack(texts);
  return { [`${name}.bytes`]: vector(bytes), [`${name}.offsets`]: vector(offsets) };
}

function readTexts(file: TensorFile, name: string): TextColumn {
  const count = file.tensors[`${name}.offsets`]?.shape[0] ?? 0;
  if (count === 0) throw new ArtifactError(`Tensor "${name}.offsets" is missing or empty.`);
  const offsets = take(file, `${name}.offsets`, 'U32', [count]);
  const bytes = take(file, `${name}.bytes`, 'U8', [offsets[count - 1]]);
  assertOffsets(`${name}.offsets`, offsets, bytes.length);
  return new TextColumn(bytes, offsets);
}

function assertOffsets(name: string, offsets: Uint32Array, length: number): void {
  const isRising = offsets.every((offset, i) => i === 0 || offsets[i - 1] <= offset);
  if (offsets[0] !== 0 || !isRising || offsets[offsets.length - 1] !== length) {
    throw new ArtifactError(`Tensor "${name}" does not rise from 0 to ${length}.`);
  }
}

/** Throws {@link ArtifactError} where the text is not what {@link writeArtifact} writes. */
export function parseAttributes(json: string): Record<string, string> | null {
  if (json === '') return null;
  try {
    return attributesSchema.parse(JSON.parse(json));
  } catch (error) {
    throw new ArtifactError("An item's attributes are not a JSON object of texts.", { cause: error });
  }
}
