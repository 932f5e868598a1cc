/** Sets of Unicode code points as sorted, disjoint, inclusive ranges; surrogates are never members. */
export type Ranges = readonly (readonly [number, number])[]

const last = 0x10ffff

/** Every code point a JSON text can carry. */
export const anyCodePoint: Ranges = [
  [0, 0xd7ff],
  [0xe000, last],
]

/** The smallest sorted, disjoint form of any list of ranges. */
export function normalise(ranges: Ranges): Ranges {
  const sorted = ranges.filter(([low, high]) => low <= high).sort((a, b) => a[0] - b[0])
  const merged: [number, number][] = []
  for (const [low, high] of sorted) {
    const previous = merged.at(-1)
    if (previous && low <= previous[1] + 1) previous[1] = Math.max(previous[1], high)
    else merged.push([low, high])
  }
  return merged
}

export function union(...sets: Ranges[]): Ranges {
  return normalise(sets.flat())
}

export function subtract(from: Ranges, what: Ranges): Ranges {
  let rest = normalise(from)
  for (const [low, high] of what) {
    rest = rest.flatMap(([a, b]): [number, number][] => {
      if (b < low || a > high) return [[a, b]]
      return [
        [a, low - 1],
        [high + 1, b],
      ]
    })
    rest = rest.filter(([a, b]) => a <= b)
  }
  return rest
}

export function complement(set: Ranges): Ranges {
  return subtract(anyCodePoint, set)
}

export function intersect(a: Ranges, b: Ranges): Ranges {
  return subtract(a, complement(b))
}

export function has(set: Ranges, codePoint: number): boolean {
  let low = 0
  let high = set.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const [start, end] = set[middle]!
    if (codePoint < start) high = middle - 1
    else if (codePoint > end) low = middle + 1
    else return true
  }
  return false
}

/** The set of the characters of `text`. */
export function characters(text: string): Ranges {
  return normalise(
    [...text].map(character => [character.codePointAt(0)!, character.codePointAt(0)!] as const),
  )
}

/** How many code points the set has. */
export function size(set: Ranges): number {
  return set.reduce((sum, [low, high]) => sum + high - low + 1, 0)
}
