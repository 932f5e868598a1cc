import { startCore } from '../running-core.ts'
import { type Bench, type Benchmark, onEachModel } from './bench.ts'
import type { BenchModel } from './models.ts'
import type { Row } from './row.ts'
import { differences, interleave, quantile } from './statistics.ts'
import { straightFromEngine } from './straight.ts'
import { throughHttp } from './through-http.ts'

const rounds = 300
/** Until V8 has compiled what it runs: the first fifty requests of a core take twice as long. */
const warmUps = 100
/** As little work for the engine as there can be: its own scatter would hide what the core adds. */
const task = { prompt: 'The quick brown fox jumps over the lazy dog.', tokens: 1 }

async function measure({ entry, say }: Bench, model: BenchModel): Promise<Row[]> {
  say(`latency: ${rounds} rounds on ${model.id}`)
  await using core = await startCore(entry, { models: [model.path] })
  await using http = throughHttp(core, model)
  await using straight = await straightFromEngine(entry, model)
  const through = async () => (await http.generate(task)).firstToken
  const past = async () => (await straight.generate(task)).firstToken
  await interleave(warmUps, [through, past])
  // Measured against itself too: the scatter that is not the core's.
  const [a = [], b = [], again = []] = await interleave(rounds, [through, past, past])
  const added = differences(a, b)
  const noise = differences(again, b)
  const row = (what: string, values: readonly number[], q: number, atMost?: number): Row => ({
    benchmark: 'latency',
    what: `${what} (${model.id})`,
    value: quantile(values, q),
    unit: 'ms',
    ...(model.judged && atMost !== undefined ? { target: { atMost } } : {}),
    note: `${rounds} pairs`,
  })
  return [
    row('added to the first token, p50', added, 0.5, 1.5),
    row('added to the first token, p99', added, 0.99, 10),
    row('scatter of the engine alone, p99', noise, 0.99),
    row('first token through the core, p50', a, 0.5),
    row('first token from the engine, p50', b, 0.5),
  ]
}

export const latency: Benchmark = {
  name: 'latency',
  about: 'what the core adds to the time to the first token, over talking to the runner directly',
  run: bench => onEachModel(bench, measure),
}
