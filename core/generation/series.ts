import type { AnswerDelta, AnswerEnd } from './interpret.ts'
import type { AnswerRequest, Generation } from './types.ts'

/** One of several answers to the same HTTP request. */
export interface Part {
  readonly index: number
  readonly request: AnswerRequest
  readonly generation: Generation
}

/** What one of the answers says; without a delta it begins. */
export interface Said {
  readonly part: Part
  readonly delta?: AnswerDelta
}

/** Answers that are written at the same time, however many places the model has: others want theirs too. */
const mostAtOnce = 8

/**
 * The same request so many times. A seed counts up, so that the answers differ and are the same ones next time.
 */
export function times(request: AnswerRequest, count: number): readonly AnswerRequest[] {
  const { seed } = request.sampling
  return Array.from({ length: count }, (_, index) =>
    seed === undefined || index === 0
      ? request
      : { ...request, sampling: { ...request.sampling, seed: (seed + index) % 2 ** 32 } },
  )
}

/**
 * Several answers, as many at a time as the model has places for. The engine computes a prompt that they share once: the
 * others wait for its state. With a seed they are written one after the other, because a step's width changes the last
 * digits of what is computed, and the same seed has to give the same answers.
 *
 * Leaving the loop, or an error of any of them, ends them all.
 *
 * @param first the first one's generation, which is open already
 */
export async function* answers(
  first: Generation,
  requests: readonly AnswerRequest[],
  open: (request: AnswerRequest, signal: AbortSignal) => Promise<Generation>,
): AsyncGenerator<Said> {
  const [only] = requests
  if (only !== undefined && requests.length === 1) {
    yield* told({ index: 0, request: only, generation: first })
    return
  }
  const abort = new AbortController()
  const waiting = requests
    .map(async function* (request, index): AsyncGenerator<Said> {
      yield* told({ index, request, generation: index === 0 ? first : await open(request, abort.signal) })
    })
    .values()
  const width = only?.sampling.seed === undefined ? Math.min(mostAtOnce, first.model.facts.slots) : 1
  const running = new Map<AsyncGenerator<Said>, ReturnType<typeof step>>()
  const begin = () => {
    const { value } = waiting.next()
    if (value !== undefined) running.set(value, step(value))
  }
  try {
    for (let place = 0; place < width; place++) begin()
    while (running.size > 0) {
      const { one, result } = await Promise.race(running.values())
      // Who has just spoken comes last, so that everybody is heard.
      running.delete(one)
      if (result.done) begin()
      else {
        running.set(one, step(one))
        yield result.value
      }
    }
  } finally {
    abort.abort(new DOMException('Another answer of this request has failed.', 'AbortError'))
    await Promise.allSettled([...running.keys()].map(one => one.return(undefined)))
  }
}

async function* told(part: Part): AsyncGenerator<Said> {
  await using generation = part.generation
  yield { part }
  for await (const delta of generation.deltas) yield { part, delta }
}

async function step(one: AsyncGenerator<Said>) {
  return { one, result: await one.next() }
}

/** What several answers took together. A prompt that several of them answer counts once. */
export class Total {
  readonly #ends: { readonly part: Pick<Part, 'index' | 'request'>; readonly end: AnswerEnd }[] = []

  add(part: Pick<Part, 'index' | 'request'>, end: AnswerEnd): void {
    this.#ends.push({ part, end })
  }

  /** @throws TypeError before the first answer */
  get end(): AnswerEnd {
    const prompts = new Set<AnswerRequest['prompt']>()
    // By their numbers: the first one has computed the prompt, whoever was done before it.
    const [first, ...others] = this.#ends.toSorted((one, two) => one.part.index - two.part.index)
    if (first === undefined) throw new TypeError('There is no answer yet.')
    prompts.add(first.part.request.prompt)
    return others.reduce((all, { part, end }) => {
      const { prompt } = part.request
      const known = prompts.has(prompt)
      prompts.add(prompt)
      return sum(all, end, known)
    }, first.end)
  }
}

function sum(one: AnswerEnd, two: AnswerEnd, samePrompt: boolean): AnswerEnd {
  const { usage, timings } = one
  return {
    ...one,
    usage: {
      promptTokens: usage.promptTokens + (samePrompt ? 0 : two.usage.promptTokens),
      cachedTokens: usage.cachedTokens + (samePrompt ? 0 : two.usage.cachedTokens),
      completionTokens: usage.completionTokens + two.usage.completionTokens,
      reasoningTokens: usage.reasoningTokens + two.usage.reasoningTokens,
    },
    timings: {
      queued: timings.queued + two.timings.queued,
      prefill: timings.prefill + two.timings.prefill,
      decode: timings.decode + two.timings.decode,
      ...guessed(timings.speculation, two.timings.speculation),
    },
  }
}

type Speculation = AnswerEnd['timings']['speculation']

function guessed(one: Speculation, two: Speculation): Pick<AnswerEnd['timings'], 'speculation'> {
  if (one === undefined && two === undefined) return {}
  const drafted = (one?.drafted ?? 0) + (two?.drafted ?? 0)
  return { speculation: { drafted, accepted: (one?.accepted ?? 0) + (two?.accepted ?? 0) } }
}
