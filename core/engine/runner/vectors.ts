/** Of length 1, unless it has none. */
export function normalised(vector: Float32Array): Float32Array {
  let squares = 0
  for (const element of vector) squares += element * element
  return squares === 0 ? vector : vector.map(element => element / Math.sqrt(squares))
}

/** A reranking model's output as a number from 0 to 1. */
export function score(logit: number): number {
  return 1 / (1 + Math.exp(-logit))
}
