import type { AnswerRequest, Generation } from '../generation/types.ts'
import type { End } from './wire.ts'

/** One of several answers to the same HTTP request. */
export interface Part {
  readonly index: number
  readonly request: AnswerRequest
  readonly generation: Generation
}

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
 * Opens each request when the answer before it has come to its end, so that a prompt that was there before finds its
 * state. `first` is the first one's generation, which is open already.
 */
export async function* inTurn(
  first: Generation,
  requests: readonly AnswerRequest[],
  open: (request: AnswerRequest) => Promise<Generation>,
): AsyncGenerator<Part> {
  for (const [index, request] of requests.entries()) {
    await using generation = index === 0 ? first : await open(request)
    yield { index, request, generation }
  }
}

/** What several answers took together. A prompt that several of them answer counts once. */
export class Total {
  readonly #prompts = new Set<AnswerRequest['prompt']>()
  #sum: End | undefined

  add({ prompt }: AnswerRequest, end: End): void {
    const known = this.#prompts.has(prompt)
    this.#prompts.add(prompt)
    this.#sum = this.#sum === undefined ? end : sum(this.#sum, end, known)
  }

  /** @throws TypeError before the first answer */
  get end(): End {
    if (this.#sum === undefined) throw new TypeError('There is no answer yet.')
    return this.#sum
  }
}

function sum(one: End, two: End, samePrompt: boolean): End {
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

type Speculation = End['timings']['speculation']

function guessed(one: Speculation, two: Speculation): Pick<End['timings'], 'speculation'> {
  if (one === undefined && two === undefined) return {}
  const drafted = (one?.drafted ?? 0) + (two?.drafted ?? 0)
  return { speculation: { drafted, accepted: (one?.accepted ?? 0) + (two?.accepted ?? 0) } }
}
