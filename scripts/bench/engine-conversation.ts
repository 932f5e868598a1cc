import { join } from 'node:path'
import type { GenerateRequest } from '../../core/engine/engine.ts'
import { temporaryHome } from '../temporary-home.ts'
import { type Bench, type Benchmark, onEachModel } from './bench.ts'
import { type Answered, answer, loadForBench, tokensOf } from './engine-model.ts'
import type { BenchModel } from './models.ts'
import type { Row } from './row.ts'

/** Of the first turn, of its answer, and of what the second turn adds. */
const first = 8_000
const answered = 32
const added = 60

/** The whole conversation so far, as a client sends it again. */
function secondTurn(
  prompt: GenerateRequest['prompt'],
  vocabulary: number,
  seed: number,
): GenerateRequest['prompt'] {
  const more = tokensOf(seed, added, vocabulary)
  return {
    kind: 'tokens',
    tokens: [prompt, more].flatMap(part => (part.kind === 'tokens' ? part.tokens : [])),
  }
}

async function measure({ entry, say }: Bench, model: BenchModel): Promise<Row[]> {
  using home = temporaryHome()
  const prefixCache = () => ({ folder: join(home.home, 'prefix'), maxBytes: 10e9, maxAgeDays: 1 })
  const load = () => loadForBench(entry, model, { slots: 1 }, { prefixCache })
  say(`conversation: ${first} tokens, then ${added} more, on ${model.id}`)
  let cold: Answered
  let kept: Answered
  let length: number
  {
    await using engine = await load()
    const { contextLength, vocabularySize } = engine.model.facts
    length = Math.min(first, contextLength - 2 * answered - added)
    const prompt = tokensOf(1, length, vocabularySize)
    cold = await answer(engine.model, prompt, answered)
    kept = await answer(engine.model, secondTurn(prompt, vocabularySize, 77), answered)
  }
  say(`conversation: the same after a restart`)
  await using again = await load()
  const { vocabularySize } = again.model.facts
  const restarted = await answer(
    again.model,
    // Another one: that of before is on disk as well.
    secondTurn(tokensOf(1, length, vocabularySize), vocabularySize, 78),
    answered,
  )
  // That the answers are the same is a test's business (llama-determinism.test.ts): random weights are full of near-ties.
  for (const { final } of [kept, restarted])
    if (final.usage.cachedTokens < length * 0.95) throw new Error('The conversation was computed anew.')
  const row = (what: string, value: number, unit: string, atMost?: number): Row => ({
    benchmark: 'conversation',
    what: `${what} (${model.id})`,
    value,
    unit,
    ...(model.judged && atMost !== undefined ? { target: { atMost } } : {}),
    note: `${length} tokens, one run`,
  })
  return [
    row('first token of turn 2, of turn 1’s', (kept.firstToken / cold.firstToken) * 100, '%', 3),
    row('the same after a restart', (restarted.firstToken / cold.firstToken) * 100, '%', 10),
    row('first token of turn 1', cold.firstToken, 'ms'),
    row('first token of turn 2', kept.firstToken, 'ms'),
    row('first token after a restart', restarted.firstToken, 'ms'),
  ]
}

export const conversation: Benchmark = {
  name: 'conversation',
  about: 'time to the first token of a long conversation’s second turn, from memory and from disk',
  run: bench => onEachModel(bench, measure),
}
