import { startCore } from '../running-core.ts'
import { type Bench, type Benchmark, onEachModel } from './bench.ts'
import type { BenchModel } from './models.ts'
import type { Row } from './row.ts'
import { interleave, median } from './statistics.ts'
import { straightFromEngine } from './straight.ts'
import { throughHttp } from './through-http.ts'
import type { Timing } from './timing.ts'

const rounds = 9
const task = { prompt: 'Once upon a time', tokens: 128 }

function rate({ tokens, end }: Timing): number {
  return (tokens / end) * 1000
}

async function measure({ entry, say }: Bench, model: BenchModel): Promise<Row[]> {
  say(`throughput: ${rounds} rounds of ${task.tokens} tokens on ${model.id}`)
  await using core = await startCore(entry, { models: [model.path] })
  await using http = throughHttp(core, model)
  await using straight = await straightFromEngine(entry, model)
  const through = async () => rate(await http.generate(task))
  const past = async () => rate(await straight.generate(task))
  await interleave(1, [through, past])
  const [a = [], b = []] = await interleave(rounds, [through, past])
  const row = (what: string, value: number, unit: string): Row => ({
    benchmark: 'throughput',
    what: `${what} (${model.id})`,
    value,
    unit,
    note: `${rounds} pairs, ${task.tokens} tokens`,
  })
  const share = row(
    'through the core, of the engine alone',
    median(a.map((value, place) => value / (b[place] as number))),
    '×',
  )
  return [
    model.judged ? { ...share, target: { atLeast: 0.95 } } : share,
    row('through the core', median(a), 'tokens/s'),
    row('from the engine', median(b), 'tokens/s'),
  ]
}

export const throughput: Benchmark = {
  name: 'throughput',
  about: 'tokens a second through the core, against the runner alone',
  run: bench => onEachModel(bench, measure),
}
