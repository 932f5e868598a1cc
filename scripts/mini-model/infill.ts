import type { Random } from '../gguf/random.ts'
import { renderInfill, type Segment } from './dialogue.ts'
import { type Language, patternWords, snippet } from './snippets.ts'

export interface Hole {
  readonly prefix: string
  readonly suffix: string
  readonly middle: string
}

/** Cuts a hole from a word's beginning to a line's end, mostly; never in the first line, which says what is meant. */
export function hole(code: string, random: Random): Hole {
  const ends = [...code.matchAll(/\n|$/g)].map(match => match.index)
  const first = ends[0]! < code.length ? ends[0]! + 1 : 0
  const starts = [...code.matchAll(/(?<=^|[\s(.,{[])(?=[^\s])/gm)]
    .map(match => match.index)
    .filter(at => at >= Math.max(first, 4))
  const start = starts.length > 0 ? random.pick(starts) : Math.floor(code.length / 2)
  const lineEnds = ends.filter(end => end > start)
  const dice = random.next()
  const end =
    dice < 0.7
      ? lineEnds[0]!
      : dice < 0.85
        ? random.pick(lineEnds)
        : (code.slice(start).match(/^[^\s(),]+/)?.[0].length ?? lineEnds[0]! - start) + start
  return { prefix: code.slice(0, start), middle: code.slice(start, end), suffix: code.slice(end) }
}

/** Whether a reader could know what stood there: no name or number of it is missing from the rest. */
function inferable({ prefix, suffix, middle }: Hole): boolean {
  const around = new Set(`${prefix} ${suffix}`.match(/\w+/g))
  return (middle.match(/[A-Za-z_]\w+|\d\d+/g) ?? []).every(word => around.has(word) || patternWords.has(word))
}

/** A hole of which the rest says what was in it; another one when no such is found. */
export function inferableHole(code: string, random: Random): Hole {
  for (let tries = 0; ; tries++) {
    const found = hole(code, random)
    if (tries === 8 || inferable(found)) return found
  }
}

/** A fill-in-the-middle exercise, sometimes with other code around. */
export function infill(random: Random, language?: Language): Segment[] {
  const main = snippet(random, language)
  const around = () => `${snippet(random, main.language).code}\n\n`
  const { prefix, suffix, middle } = inferableHole(main.code, random)
  const before = random.chance(0.2) ? around() : ''
  const after = random.chance(0.15) ? `\n\n${snippet(random, main.language).code}` : ''
  return renderInfill(before + prefix, suffix + after + random.pick(['', '\n']), middle)
}
