import { setTimeout as pause } from 'node:timers/promises'
import { startCore } from '../running-core.ts'
import type { Bench, Benchmark } from './bench.ts'
import { childrenOf, processorMilliseconds, residentBytes } from './process-usage.ts'
import type { Row } from './row.ts'
import { throughHttp } from './through-http.ts'

const settleSeconds = 10
const watchSeconds = 60
const mebibyte = 1024 * 1024

/** Share of one processor core that each process uses over a minute, in percent. */
async function watch(pids: readonly number[]): Promise<number[]> {
  const before = pids.map(processorMilliseconds)
  const began = performance.now()
  await pause(watchSeconds * 1000)
  const wall = performance.now() - began
  return pids.map((pid, place) => ((processorMilliseconds(pid) - (before[place] as number)) / wall) * 100)
}

async function run({ entry, models, say }: Bench): Promise<readonly Row[]> {
  const row = (what: string, value: number, unit: string, atMost?: number): Row => ({
    benchmark: 'idle',
    what,
    value,
    unit,
    ...(atMost === undefined ? {} : { target: { atMost } }),
    note: unit === '%' ? `of one core, over ${watchSeconds} s` : `after ${settleSeconds} s`,
  })
  const [model] = models
  if (!model) throw new Error('There is no model to load.')

  say(`idle: a core without a model, for ${settleSeconds + watchSeconds} s`)
  await using core = await startCore(entry, { models: [model.path] })
  await pause(settleSeconds * 1000)
  const empty = residentBytes(core.pid) / mebibyte
  const [emptyShare = Number.NaN] = await watch([core.pid])

  say(`idle: the same core with ${model.id} loaded, for ${settleSeconds + watchSeconds} s`)
  await using http = throughHttp(core, model)
  await http.generate({ prompt: 'Once upon a time', tokens: 8 })
  await pause(settleSeconds * 1000)
  const loaded = residentBytes(core.pid) / mebibyte
  const [runner] = childrenOf(core.pid)
  if (runner === undefined) throw new Error('The core has no runner.')
  const [share = Number.NaN, runnerShare = Number.NaN] = await watch([core.pid, runner])
  return [
    row('memory of the core, nothing loaded', empty, 'MB', 90),
    row('memory of the core, a model loaded', loaded, 'MB'),
    row('processor time of the core, nothing loaded', emptyShare, '%', 0.2),
    row('processor time of the core, a model loaded', share, '%', 0.2),
    row('processor time of the runner, idle', runnerShare, '%'),
  ]
}

export const idle: Benchmark = {
  name: 'idle',
  about: 'memory and processor time of a core that nobody asks anything',
  run,
}
