import type { LoadedModel } from '../../core/engine/engine.ts'
import { type Bench, type Benchmark, onEachModel } from './bench.ts'
import { answer, loadForBench, tokensOf } from './engine-model.ts'
import { plainBinding } from './engine-plain.ts'
import type { BenchModel } from './models.ts'
import { childrenOf, processorMilliseconds } from './process-usage.ts'
import type { Row } from './row.ts'
import { interleave, median } from './statistics.ts'

const rounds = 3
const promptTokens = 110
const tokens = 64
const contextLength = 1024
/** How many streams at once, and how much faster than the binding's plain use they should be together. */
const cases = [
  { streams: 1, atLeast: 0.95 },
  { streams: 4, atLeast: 1.35 },
  { streams: 8, atLeast: 1.5 },
]

interface Run {
  /** Tokens a second. */
  readonly rate: number
  /** Milliseconds that a processor spent on it, in this process and the runner. */
  readonly spent: number
}

/** Other programs hardly change what a run takes of the processor, so on a busy machine this tells more than its speed. */
async function timed(pids: readonly number[], rate: () => Promise<number>): Promise<Run> {
  const spent = () => pids.reduce((sum, pid) => sum + processorMilliseconds(pid), 0)
  const before = spent()
  return { rate: await rate(), spent: spent() - before }
}

/** The program that listed the children was one of them. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

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
  const pids = [process.pid, ...childrenOf(process.pid).filter(isAlive)]
  let seed = 0
  for (const { streams, atLeast } of cases) {
    say(`streams: ${rounds} rounds of ${streams} on ${model.id}`)
    const prompts = () =>
      Array.from({ length: streams }, () => {
        const prompt = tokensOf(++seed, promptTokens, engine.model.facts.vocabularySize)
        return { tokens: prompt.kind === 'tokens' ? prompt.tokens : [] }
      })
    const runs = [
      () => timed(pids, () => ours(engine.model, prompts())),
      () =>
        timed(pids, () =>
          plain.streams(
            prompts().map(prompt => prompt.tokens),
            tokens,
          ),
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
      median(a.map(({ rate }, place) => rate / (b[place]?.rate ?? Number.NaN))),
      '×',
    )
    rows.push(
      model.judged ? { ...share, target: { atLeast } } : share,
      row(
        'the binding’s processor time, of the engine’s',
        median(b.map(({ spent }, place) => spent / (a[place]?.spent ?? Number.NaN))),
        '×',
      ),
      row('the engine', median(a.map(({ rate }) => rate)), 'tokens/s'),
      row('the binding', median(b.map(({ rate }) => rate)), 'tokens/s'),
    )
  }
  return rows
}

export const streams: Benchmark = {
  name: 'streams',
  about: 'tokens a second of one, four and eight streams at once, against plain loops over the binding',
  run: bench => onEachModel(bench, measure),
}
