import type { Likelihood, TokenLogprob } from '../engine.ts'
import type { AddonContext, AddonModel, AddonSampler, Binding } from './binding.ts'
import type { NativeModel } from './native-model.ts'

/** Tokens listed with their probabilities at little cost; a chosen token beyond them costs a look at all. */
const listed = 64
/** Stands for a probability of zero, whose logarithm JSON cannot have. As OpenAI does. */
const impossible = -9999

/**
 * How likely a model found a token, before any sampling setting. The addon gives probabilities only among what a
 * sampler leaves, and a list of a whole vocabulary takes milliseconds to hand over. So one sampler tells the
 * likeliest token's share of everything, and another one the likeliest few among themselves.
 */
export class Likelihoods implements Disposable {
  readonly #model: NativeModel
  readonly #best: AddonSampler
  readonly #few: AddonSampler

  constructor(binding: Binding, model: NativeModel) {
    this.#model = model
    this.#best = sampler(binding, model.addon, { temperature: 0, seed: 1 })
    this.#few = sampler(binding, model.addon, { temperature: 1, topK: listed, seed: 1 })
  }

  /** Of `chosen` and the `top` likeliest, from the logits at `logit` of the step just computed. */
  async of(context: AddonContext, logit: number, chosen: number, top: number): Promise<TokenLogprob> {
    const [, , share = 0] = await context.sampleToken(logit, this.#best, false, true)
    const [, few = []] = await context.sampleToken(logit, this.#few, true, false)
    const likely = pairs(few, share)
    const found =
      likely.find(({ token }) => token === chosen) ?? (await this.#unlikely(context, logit, chosen))
    return {
      ...this.#likelihood(found),
      top: likely.slice(0, top).map(each => this.#likelihood(each)),
    }
  }

  /** What a token says. */
  spelt(token: number): Omit<Likelihood, 'logprob'> {
    const spelt = this.#model.spelt(token)
    return { token, text: new TextDecoder().decode(spelt), bytes: [...spelt] }
  }

  [Symbol.dispose](): void {
    this.#best.dispose()
    this.#few.dispose()
  }

  async #unlikely(context: AddonContext, logit: number, token: number): Promise<Probable> {
    const [, all = []] = await context.sampleToken(logit, this.#best, true, false)
    for (let at = 0; at < all.length; at += 2)
      if (all[at] === token) return { token, probability: all[at + 1] ?? 0 }
    return { token, probability: 0 }
  }

  #likelihood({ token, probability }: Probable): Likelihood {
    const logprob = probability > 0 ? Math.log(Math.min(1, probability)) : impossible
    return { ...this.spelt(token), logprob }
  }
}

interface Probable {
  readonly token: number
  readonly probability: number
}

/** From probabilities among a few to probabilities among all, by the first one's. */
function pairs(few: readonly number[], firstOfAll: number): Probable[] {
  const scale = firstOfAll / (few[1] || 1)
  const found: Probable[] = []
  for (let at = 0; at + 1 < few.length; at += 2)
    found.push({ token: few[at] as number, probability: (few[at + 1] as number) * scale })
  return found
}

function sampler(
  { AddonSampler }: Binding,
  model: AddonModel,
  config: Parameters<AddonSampler['applyConfig']>[0],
): AddonSampler {
  const made = new AddonSampler(model)
  made.applyConfig(config)
  return made
}
