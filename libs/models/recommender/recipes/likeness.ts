import { transposeCsr, type Csr } from '../../../compute/csr/kernel.js';
import type { TruncatedProduct } from '../../../compute/similarity/kernel.js';
import type { Similarity } from '../settings.js';
import { rowSums } from './fit.js';

/** BM25's constants as Robertson and Zaragoza (2009) recommend them. */
const K1 = 1.2;
const B = 0.75;

/** Weighted rows and the length of each, ready to be compared. */
export interface LikenessSide {
  /** `[rows, features]` */
  rows: Csr;
  /** ‖row‖² `[rows]` */
  squares: Float32Array;
}

/** The rows of the matrix, weighed as the similarity asks; `known` `[features, rows]` tells how rare each feature is. */
export function likenessSide(matrix: Csr, { similarity }: Similarity, known: Csr): LikenessSide {
  const weighed = similarity === 'bm25' || similarity === 'tf-idf' ? weighFeatures(matrix, similarity, known) : matrix;
  return { rows: weighed, squares: rowSums(weighed, 2) };
}

/**
 * The likeness of the rows of one side to those of the other: their dot product / (‖a‖^2α ‖b‖^2(1−α) + h). α is ½ except
 * for the asymmetric cosine (Aiolli 2013).
 */
export function likeness(
  left: LikenessSide,
  right: LikenessSide,
  settings: Similarity,
): Omit<TruncatedProduct, 'dropDiagonal'> {
  const { similarity, asymmetry, shrinkage, neighbours } = settings;
  const exponent = similarity === 'asymmetric' ? asymmetry : 0.5;
  return {
    left: left.rows,
    right: transposeCsr(right.rows),
    rowScale: left.squares.map((square) => square ** exponent),
    columnScale: right.squares.map((square) => square ** (1 - exponent)),
    shrinkage,
    limit: neighbours,
  };
}

/** A row is a document and a column a term: rare terms say more, and in BM25 further ones of a long document less. */
function weighFeatures(matrix: Csr, measure: 'bm25' | 'tf-idf', known: Csr): Csr {
  const values = new Float32Array(matrix.indices.length);
  const lengths = rowSums(matrix, 1);
  const documents = known.columns;
  const mean = rowSums(known, 1).reduce((sum, length) => sum + length, 0) / documents;
  const rarity = Float32Array.from(
    { length: known.rows },
    (_, feature) => Math.log((1 + documents) / (1 + known.offsets[feature + 1] - known.offsets[feature])) + 1,
  );
  for (let row = 0; row < matrix.rows; row++) {
    for (let place = matrix.offsets[row]; place < matrix.offsets[row + 1]; place++) {
      const count = matrix.values?.[place] ?? 1;
      const saturated = (count * (K1 + 1)) / (K1 * (1 - B + (B * lengths[row]) / mean) + count);
      values[place] = rarity[matrix.indices[place]] * (measure === 'bm25' ? saturated : Math.sqrt(count));
    }
  }
  return { ...matrix, values };
}
