/** Tokens that must have come before in the same order, to guess that what followed them then follows now. */
const longestMatch = 4
const shortestMatch = 2
/** Tokens looked back at. */
const memory = 16_384

/**
 * Guesses an answer's next tokens from its own past: edits repeat what they were given. The longest and then the latest
 * place counts.
 *
 * @returns `most` tokens; none when nothing like it was there
 */
export function lookUp(past: readonly number[], next: number, most: number): number[] {
  const at = (place: number) => (place === past.length ? next : past[place])
  const end = past.length + 1
  const begin = Math.max(0, end - memory)
  for (let length = longestMatch; length >= shortestMatch; length--) {
    for (let place = end - length - 1; place >= begin; place--) {
      let same = 0
      while (same < length && at(place + same) === at(end - length + same)) same++
      if (same < length) continue
      const from = place + length
      // What repeats itself up to the very end goes on repeating.
      return Array.from({ length: most }, (_, index) => at(from + (index % (end - from))) as number)
    }
  }
  return []
}
