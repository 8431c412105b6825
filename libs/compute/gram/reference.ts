/** `YᵀY` of Y `[rows, dimensions]`, in float64; returns `[dimensions, dimensions]`. */
export function gramReference(matrix: Float32Array, dimensions: number): Float64Array {
  const gram = new Float64Array(dimensions * dimensions);
  for (let start = 0; start < matrix.length; start += dimensions)
    for (let i = 0; i < dimensions; i++)
      for (let j = 0; j < dimensions; j++) gram[i * dimensions + j] += matrix[start + i] * matrix[start + j];
  return gram;
}
