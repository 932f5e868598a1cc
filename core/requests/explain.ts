import type { RecentRequest } from '../contract/requests.ts'
import type { CacheMiss, CacheMissCause } from '../engine/engine.ts'

const causes: Readonly<Record<CacheMissCause, string>> = {
  first: 'nothing similar had been asked since the model was loaded',
  template: 'the model’s template writes the last answer otherwise than the model did',
  toolOrder: 'the tools came in another order',
  tools: 'the tools were others',
  timestamp: 'a time or a date in the prompt had changed',
  trimmedHistory: 'earlier turns were left out or shortened',
  evicted: 'its state had been there and had to make room',
  uncuttable: 'this model’s state can only be used whole, and the prompts differ within it',
  unknown: 'the prompts differ, for no reason that is known here',
}

const sources: Readonly<Record<NonNullable<RecentRequest['cache']>['source'], string>> = {
  slot: 'the conversation’s own state',
  otherSlot: 'another conversation’s state',
  disk: 'the disk',
  none: 'nowhere',
}

/** What took the time and why, for a person. `miss` holds parts of prompts: for those only who may see them. */
export function explain(request: RecentRequest, miss: CacheMiss | undefined, mayQuote: boolean): string {
  return [...outcome(request), ...times(request), ...reuse(request, miss, mayQuote)].join('\n')
}

function outcome({ state, code, endReason }: RecentRequest): string[] {
  switch (state) {
    case 'active':
      return ['It is still running.']
    case 'cancelled':
      return ['The client went away before the answer was done.']
    case 'failed':
      return [`It failed: ${code}.`]
    default:
      return endReason === 'length'
        ? ['The answer was cut at the longest length asked for, or the context’s end.']
        : []
  }
}

function times({ milliseconds, timings, tokensPerSecond, completionTokens }: RecentRequest): string[] {
  if (milliseconds === null) return []
  if (timings === null) return [`It took ${seconds(milliseconds)}.`]
  const { queued, prefill, decode, speculation } = timings
  const outside = Math.max(0, milliseconds - queued - prefill - decode)
  const speed = tokensPerSecond === null ? '' : ` at ${tokensPerSecond.toFixed(1)} tokens a second`
  return [
    `It took ${seconds(milliseconds)}: ${seconds(outside)} until the model took it on and for the rest, ` +
      `${seconds(queued)} in the queue, ${seconds(prefill)} reading the prompt, ` +
      `${seconds(decode)} writing ${completionTokens} tokens${speed}.`,
    ...(speculation === undefined
      ? []
      : [`${speculation.drafted} tokens were guessed ahead, ${speculation.accepted} of them held.`]),
  ]
}

function reuse(
  { cache, promptTokens, cachedTokens }: RecentRequest,
  miss: CacheMiss | undefined,
  mayQuote: boolean,
): string[] {
  if (cache === null) {
    if (promptTokens === 0) return []
    return [
      `${cachedTokens} of ${promptTokens} prompt tokens were reused; the engine does not say why not more.`,
    ]
  }
  const share = `${cache.reusedTokens} of ${promptTokens} prompt tokens were reused`
  const from = cache.reusedTokens === 0 ? '' : `, from ${sources[cache.source]}`
  if (miss === undefined) return [`${share}${from}.`]
  const why = `${share}${from}: ${causes[miss.cause]}.`
  if (miss.cause === 'first' || cache.matchedTokens === 0) return [why]
  const where = `The first ${cache.matchedTokens} tokens are the same as in the most similar prompt remembered.`
  if (!mayQuote) return [why, where]
  return [
    why,
    where,
    `  the same:  …${quoted(miss.before)}`,
    `  before:    ${quoted(miss.was)}…`,
    `  this time: ${quoted(miss.is)}…`,
  ]
}

function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function seconds(milliseconds: number): string {
  return milliseconds < 1000
    ? `${Math.round(milliseconds)} ms`
    : `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`
}
