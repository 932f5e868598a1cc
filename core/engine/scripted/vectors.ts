import { createHash } from 'node:crypto'
import { words } from './words.ts'

/** Elements of a vector. */
const width = 64

/**
 * A text as a vector: each word adds one to the element that its hash names. Texts that share words are near each
 * other, which is all that a test of what lies around an engine needs.
 */
export function vectorOf(text: string): Float32Array {
  const vector = new Float32Array(width)
  for (const word of plain(text)) {
    const element = createHash('sha256').update(word).digest().readUInt32LE(0) % width
    vector[element] = (vector[element] ?? 0) + 1
  }
  return vector
}

/** The same direction with the length 1. */
export function normalised(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector)
  return length === 0 ? vector : vector.map(element => element / length)
}

/** The share of the query's words that the document has, 0 to 1. */
export function likeness(query: string, document: string): number {
  const asked = new Set(plain(query))
  const there = new Set(plain(document))
  return asked.size === 0 ? 0 : asked.intersection(there).size / asked.size
}

function plain(text: string): string[] {
  return words(text).map(word => word.trim().toLowerCase())
}
