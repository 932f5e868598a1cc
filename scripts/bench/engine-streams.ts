import type { LoadedModel } from '../../core/engine/engine.ts'
import { type Bench, type Benchmark, onEachModel } from './bench.ts'
import { answer, loadForBench, tokensOf } from './engine-model.ts'
import { plainBinding } from './engine-plain.ts'
import type { BenchModel } from './models.ts'
import type { Row } from './row.ts'
import { interleave, median } from './statistics.ts'

const rounds = 2
const promptTokens = 110
const tokens = 64
const contextLength = 1024
/** How many streams at once, and how much faster than the binding's plain use they should be together. */
const cases = [
  { streams: 1, atLeast: 0.95 },
  { streams: 4, atLeast: 1.35 },
  { streams: 8, atLeast: 1.5 },
]

async function ours(model: LoadedModel, prompts: readonly { tokens: readonly number[] }[]): Promise<number> {
  const began = performance.now()
  const answers = await Promise.all(
    prompts.map(prompt => answer(model, { kind: 'tokens', ...prompt }, tokens)),
  )
  const made = answers.reduce((sum, { final }) => sum + final.usage.completionTokens, 0)
  return (made / (performance.now() - began)) * 1000
}

async function measure({ entry, say }: Bench, model: BenchModel): Promise<Row[]> {
  const rows: Row[] = []
  const most = Math.max(...cases.map(({ streams }) => streams))
  await using engine = await loadForBench(entry, model, { slots: most, contextLength })
  await using plain = await plainBinding(model, most, contextLength)
  let seed = 0
  for (const { streams, atLeast } of cases) {
    say(`streams: ${rounds} rounds of ${streams} on ${model.id}`)
    const prompts = () =>
      Array.from({ length: streams }, () => {
        const prompt = tokensOf(++seed, promptTokens, engine.model.facts.vocabularySize)
        return { tokens: prompt.kind === 'tokens' ? prompt.tokens : [] }
      })
    const runs = [
      () => ours(engine.model, prompts()),
      () =>
        plain.streams(
          prompts().map(prompt => prompt.tokens),
          tokens,
        ),
    ]
    await interleave(1, runs)
    const [a = [], b = []] = await interleave(rounds, runs)
    const row = (what: string, value: number, unit: string): Row => ({
      benchmark: 'streams',
      what: `${streams} at once: ${what} (${model.id})`,
      value,
      unit,
      note: `${rounds} pairs, ${promptTokens} prompt tokens and ${tokens} more each`,
    })
    const share = row(
      'the engine, of the binding’s plain use',
      median(a.map((value, place) => value / (b[place] as number))),
      '×',
    )
    rows.push(
      model.judged ? { ...share, target: { atLeast } } : share,
      row('the engine', median(a), 'tokens/s'),
      row('the binding', median(b), 'tokens/s'),
    )
  }
  return rows
}

export const streams: Benchmark = {
  name: 'streams',
  about: 'tokens a second of one, four and eight streams at once, against plain loops over the binding',
  run: bench => onEachModel(bench, measure),
}
