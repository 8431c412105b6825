import { z } from 'zod';
import { allFinite } from '../../compute/all-finite/kernel.js';
import type { Csr } from '../../compute/csr/kernel.js';
import {
  ArtifactError,
  dtypeOf,
  readSafetensors,
  writeSafetensors,
  type Dtype,
  type Tensor,
  type TensorArray,
  type TensorFile,
} from '../safetensors.js';
import { sortedOrder, TextColumn, TextIndex } from '../text-column.js';
import type { Factors } from './recipes/ials.js';
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
  /** Present when the recipe is ials, null when it is popularity. */
  factors: Factors | null;
}

const metadataSchema = z.object({
  format: z.literal('kindred-artifact'),
  version: z.literal('1'),
  family: z.literal('recommender'),
  recipe: z.enum(['ials', 'popularity']),
});
const attributesSchema = z.record(z.string(), z.string());

/** The same content gives the same bytes. */
export function writeArtifact(artifact: RecommenderArtifact): Uint8Array<ArrayBuffer> {
  const { userIds, itemIds, itemAttributes, popularity, seen, factors } = artifact;
  const attributes = itemAttributes.map((value) => (value === null ? '' : JSON.stringify(value)));
  const tensors: Record<string, Tensor> = {
    ...packTexts('user_ids', userIds),
    'user_ids.order': vector(sortedOrder(userIds)),
    ...packTexts('item_ids', itemIds),
    ...packTexts('item_attributes', attributes),
    'popularity.counts': vector(popularity.counts),
    'popularity.order': vector(popularity.order),
    'seen.offsets': vector(seen.offsets),
    'seen.indices': vector(seen.indices),
  };
  if (factors) {
    tensors['factors.users'] = { shape: [userIds.length, factors.dimensions], array: factors.users };
    tensors['factors.items'] = { shape: [itemIds.length, factors.dimensions], array: factors.items };
  }
  const recipe = factors ? 'ials' : 'popularity';
  return writeSafetensors({
    metadata: { format: 'kindred-artifact', version: '1', family: 'recommender', recipe },
    tensors,
  });
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
  return {
    users: new TextIndex(userIds, take(file, 'user_ids.order', 'U32', [users])),
    itemIds,
    itemAttributes,
    popularity: readPopularity(file, items),
    seen: readSeen(file, users, items),
    factors: metadata.data.recipe === 'ials' ? readFactors(file, users, items) : null,
  };
}

function readPopularity(file: TensorFile, items: number): Popularity {
  const counts = take(file, 'popularity.counts', 'U32', [items]);
  const order = take(file, 'popularity.order', 'U32', [items]);
  const placed = new Uint8Array(items);
  for (const item of order) if (item < items) placed[item] = 1;
  if (placed.includes(0)) throw new ArtifactError('Tensor "popularity.order" is not an order of the items.');
  return { counts, order };
}

function readSeen(file: TensorFile, users: number, items: number): Csr {
  const offsets = take(file, 'seen.offsets', 'U32', [users + 1]);
  const indices = take(file, 'seen.indices', 'U32', [offsets[users]]);
  assertOffsets('seen.offsets', offsets, indices.length);
  for (let user = 0; user < users; user++) {
    for (let position = offsets[user]; position < offsets[user + 1]; position++) {
      const isAscending = position === offsets[user] || indices[position - 1] < indices[position];
      if (!isAscending || indices[position] >= items) {
        throw new ArtifactError('Tensor "seen.indices" is not ascending within a user, or names an unknown item.');
      }
    }
  }
  return { rows: users, columns: items, offsets, indices, values: null };
}

function readFactors(file: TensorFile, users: number, items: number): Factors {
  const dimensions = file.tensors['factors.users']?.shape[1] ?? 0;
  if (dimensions === 0) throw new ArtifactError('Tensor "factors.users" is missing or has no dimensions.');
  const factors: Factors = {
    dimensions,
    users: take(file, 'factors.users', 'F32', [users, dimensions]),
    items: take(file, 'factors.items', 'F32', [items, dimensions]),
  };
  if (!allFinite(factors.users) || !allFinite(factors.items)) {
    throw new ArtifactError('Factors hold a value that is not finite.');
  }
  return factors;
}

function take<D extends Dtype>(file: TensorFile, name: string, dtype: D, shape: number[]): TensorArray<D> {
  const tensor = file.tensors[name];
  if (!tensor) throw new ArtifactError(`Tensor "${name}" is missing.`);
  if (dtypeOf(tensor.array) !== dtype || tensor.shape.join() !== shape.join()) {
    throw new ArtifactError(`Tensor "${name}" should be ${dtype} of shape [${shape}].`);
  }
  return tensor.array as TensorArray<D>;
}

function vector(array: TensorArray): Tensor {
  return { shape: [array.length], array };
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
