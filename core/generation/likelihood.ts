import type { Likelihood } from '../engine/engine.ts'

/** JSON has no infinity; OpenAI writes this for what cannot be. */
const leastLogprob = -9999

/** How likely a token was, as every dialect tells it. */
export function wireLikelihood({ text, bytes, logprob }: Likelihood) {
  return { token: text, logprob: Math.max(logprob, leastLogprob), bytes: [...bytes] }
}
