import type { GenerateRequest, LoadedModel } from '../../core/engine/engine.ts'
import { type Bench, type Benchmark, onEachModel } from './bench.ts'
import { type Answered, answer, loadForBench, tokensOf } from './engine-model.ts'
import type { BenchModel } from './models.ts'
import type { Row } from './row.ts'
import { quantile } from './statistics.ts'

type Pieces = Answered['pieces']

const long = 8_000
const short = 64

/** Tokens of a stream that had come by then. */
function tokensBy(pieces: Pieces, time: number): number {
  return pieces.filter(({ at }) => at < time).reduce((sum, { tokens }) => sum + tokens, 0)
}

/** When so many tokens of a stream had come. */
function timeOf(pieces: Pieces, tokens: number): number {
  let come = 0
  for (const piece of pieces) {
    come += piece.tokens
    if (come >= tokens) return piece.at
  }
  return Number.NaN
}

function gaps(pieces: Pieces, from: number, to: number): number[] {
  const times = pieces.map(({ at }) => at).filter(at => at >= from && at < to)
  return times.slice(1).map((at, place) => at - (times[place] as number))
}

async function measure({ entry, say }: Bench, { ...model }: BenchModel): Promise<Row[]> {
  await using engine = await loadForBench(entry, model, { slots: 2 })
  const { contextLength, vocabularySize } = engine.model.facts
  const length = Math.min(long, contextLength - 64)
  say(`beside: a prompt of ${length} tokens alone, beside a stream, the stream alone, on ${model.id}`)
  const prompt = (seed: number) => tokensOf(seed, length, vocabularySize)
  const alone = await answer(engine.model, prompt(1), 1)
  const { beside, began, done } = await together(
    engine.model,
    vocabularySize,
    prompt(3),
    contextLength - short,
  )
  // Each token costs more than the one before: the same ones are compared.
  const [first, last] = [tokensBy(beside, began), tokensBy(beside, done)]
  const stream = await answer(engine.model, tokensOf(2, short, vocabularySize), last)
  const itself = timeOf(stream.pieces, last) - timeOf(stream.pieces, first)
  const row = (what: string, value: number, unit: string, target?: Row['target']): Row => ({
    benchmark: 'beside',
    what: `${what} (${model.id})`,
    value,
    unit,
    ...(model.judged && target !== undefined ? { target } : {}),
    note: `${length} prompt tokens, one run`,
  })
  return [
    row('a stream’s speed, of its own', (itself / (done - began)) * 100, '%', {
      atLeast: 25,
    }),
    row('gap between its tokens, p99', quantile(gaps(beside, began, done), 0.99), 'ms', { atMost: 150 }),
    row('the prompt’s speed, of its own', (alone.firstToken / (done - began)) * 100, '%', { atLeast: 60 }),
    row('the prompt alone', alone.firstToken, 'ms'),
    row('the stream alone', ((last - first) / itself) * 1000, 'tokens/s'),
  ]
}

/** A stream, and a prompt that comes when it has begun. `began` and `done` are the prompt's, in the stream's time. */
async function together(
  model: LoadedModel,
  vocabulary: number,
  prompt: GenerateRequest['prompt'],
  maxTokens: number,
): Promise<{ beside: Pieces; began: number; done: number }> {
  const start = performance.now()
  const enough = new AbortController()
  const pieces: { at: number; tokens: number }[] = []
  const stream = async () => {
    const request = {
      prompt: tokensOf(2, short, vocabulary),
      maxTokens,
      stop: [],
      sampling: { temperature: 0 },
    }
    for await (const delta of model.generate(request, enough.signal))
      if (delta.type === 'text') pieces.push({ at: performance.now() - start, tokens: delta.tokens })
  }
  const streaming = stream().catch((error: unknown) => {
    if (!enough.signal.aborted) throw error
  })
  await new Promise(resolve => setTimeout(resolve, 1_000))
  const began = performance.now() - start
  const { firstToken } = await answer(model, prompt, 1)
  enough.abort()
  await streaming
  return { beside: pieces, began, done: began + firstToken }
}

export const beside: Benchmark = {
  name: 'beside',
  about: 'a running stream while a long prompt is computed: its speed, its gaps, and the prompt’s speed',
  run: bench => onEachModel(bench, measure),
}
