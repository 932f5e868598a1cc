import type { CacheMissCause } from '../../engine.ts'

/** The most similar prompt that is remembered, and how the new one differs from it. */
export interface Difference {
  /** Leading tokens that are the same. */
  readonly matched: number
  /** Of those, whose state was reused. */
  readonly reused: number
  /** Tokens of the earlier conversation, its answer included. */
  readonly earlier: ArrayLike<number>
  /** How many of those were its prompt. */
  readonly earlierPrompt: number
  readonly prompt: ArrayLike<number>
  /** Texts of both from the first difference on. */
  readonly was: string
  readonly is: string
  /** Names of the tools in both whole prompts, in their order. */
  readonly toolsWere: readonly string[]
  readonly toolsAre: readonly string[]
  /** Whether the state can be used in part. */
  readonly cuttable: boolean
}

/** Fewer tokens in common than this are what any two prompts of a template have in common. */
const leastSimilar = 16
/** Tokens compared to find a turn again further back. */
const window = 24

/** The likely reason why more of a prompt could not be reused. Pure: its table of real cases is its description. */
export function likelyCause(difference: Difference): CacheMissCause {
  const { matched, earlier, earlierPrompt, prompt } = difference
  if (earlier.length === 0) return 'first'
  const whole = matched === earlier.length || matched >= prompt.length - 1
  if (whole) return difference.cuttable ? 'evicted' : 'uncuttable'
  const { toolsWere, toolsAre } = difference
  if (toolsWere.length > 0 && toolsAre.length > 0 && toolsWere.join('\n') !== toolsAre.join('\n'))
    return sameSet(toolsWere, toolsAre) ? 'toolOrder' : 'tools'
  if (differsInTime(difference)) return 'timestamp'
  if (matched < leastSimilar) return 'first'
  if (matched >= earlierPrompt - 1) return 'template'
  return other(difference)
}

function other({ matched, reused, earlier, prompt, cuttable }: Difference): CacheMissCause {
  if (wasTrimmed(matched, earlier, prompt)) return 'trimmedHistory'
  if (reused < matched - 1) return cuttable ? 'evicted' : 'uncuttable'
  return 'unknown'
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.toSorted().join('\n') === b.toSorted().join('\n')
}

const times = [
  /^[\s\w.,-]{0,12}\d{1,4}[-/.:]\d{1,2}([-/.:]\d{1,4})?/,
  /^\W{0,3}(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)[a-z]*\b/i,
  /^\d{1,2}:\d{2}/,
  /^:?\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2}|\s?[ap]m)\b/i,
  /^\d{1,2},? \d{4}\b/,
  /^\d{10,13}\b/,
]

/** Both texts go on with what looks like a date or a time, or like the rest of one that was cut. */
function differsInTime({ was, is }: Difference): boolean {
  return times.some(time => time.test(was)) && times.some(time => time.test(is))
}

/** Whether the new prompt goes on with something that stands further on in the earlier one. */
function wasTrimmed(matched: number, earlier: ArrayLike<number>, prompt: ArrayLike<number>): boolean {
  const length = Math.min(window, prompt.length - matched)
  if (length < window) return false
  for (let at = matched + 1; at + length <= earlier.length; at++) {
    let same = 0
    while (same < length && earlier[at + same] === prompt[matched + same]) same++
    if (same === length) return true
  }
  return false
}

/** Names of tools in a prompt's text, as most templates write them. */
export function toolNames(text: string): string[] {
  return [...text.matchAll(/"function"\s*:\s*\{[^{}]*?"name"\s*:\s*"([\w.-]{1,64})"/g)].map(
    ([, name = '']) => name,
  )
}
