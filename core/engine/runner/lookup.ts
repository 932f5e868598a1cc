/** Tokens that must have come before in the same order, to guess that what followed them then follows now. */
const longestMatch = 4
const shortestMatch = 2
/** Tokens looked back at. */
const memory = 16_384

/**
 * Guesses an answer's next tokens from its own past, because edits repeat what they were given, and from what somebody
 * expects it to say. The longest match counts; of equal ones that in `predicted`, then the latest.
 *
 * @returns `most` tokens at most; none when nothing like it was there
 */
export function lookUp(
  past: readonly number[],
  next: number,
  most: number,
  predicted: ArrayLike<number> = [],
): number[] {
  const at = (place: number) => (place === past.length ? next : past[place])
  const end = past.length + 1
  const begin = Math.max(0, end - memory)
  const expected = Math.min(predicted.length, memory)
  for (let length = longestMatch; length >= shortestMatch; length--) {
    for (let place = expected - length - 1; place >= 0 && end > length; place--) {
      let same = 0
      while (same < length && predicted[place + same] === at(end - length + same)) same++
      if (same === length) return Array.from(predicted).slice(place + length, place + length + most)
    }
    for (let place = end - length - 1; place >= begin; place--) {
      let same = 0
      while (same < length && at(place + same) === at(end - length + same)) same++
      if (same < length) continue
      const from = place + length
      // What repeats itself up to the very end goes on repeating.
      return Array.from({ length: most }, (_, index) => at(from + (index % (end - from))) as number)
    }
  }
  // An answer that begins as it was expected to.
  return predicted[0] === next ? Array.from(predicted).slice(1, 1 + most) : []
}
