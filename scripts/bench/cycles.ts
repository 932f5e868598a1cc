import { request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type RunningCore, startCore } from '../running-core.ts'
import type { Bench, Benchmark } from './bench.ts'
import { childrenOf, residentBytes } from './process-usage.ts'
import type { Row } from './row.ts'

/** Cycles before the first look: by then all code is compiled and all pools have their size. */
const warmUps = 30
const count = 200
const settleMilliseconds = 5_000
const mebibyte = 1024 * 1024

export interface CycleResult {
  /** Resident bytes of the core before and after. */
  readonly before: number
  readonly after: number
  /** Runners that are left, and descriptors more than before. */
  readonly runners: number
  readonly descriptors: number
  readonly milliseconds: number
}

/** Loads a model, has it answer one token and unloads it, again and again. */
export async function loadCycles(
  core: RunningCore,
  model: string,
  count: number,
  descriptorsOf: (pid: number) => number,
): Promise<CycleResult> {
  for (let cycle = 0; cycle < warmUps; cycle++) await once(core, model)
  await pause(settleMilliseconds)
  const before = residentBytes(core.pid)
  const descriptors = descriptorsOf(core.pid)
  const began = performance.now()
  for (let cycle = 0; cycle < count; cycle++) await once(core, model)
  const milliseconds = (performance.now() - began) / count
  await pause(settleMilliseconds)
  return {
    before,
    after: residentBytes(core.pid),
    runners: childrenOf(core.pid).length,
    descriptors: descriptorsOf(core.pid) - descriptors,
    milliseconds,
  }
}

async function once(core: RunningCore, model: string): Promise<void> {
  await command(core, `/api/models/${model}/load`, {})
  await command(core, '/v1/completions', { model, prompt: 'Once', max_tokens: 1 })
  await command(core, `/api/models/${model}/unload`, {})
}

/** Over the core's socket, which has the rights of the user. */
function command(core: RunningCore, path: string, body: unknown): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const headers = { 'content-type': 'application/json' }
  const socketPath = join(core.home, 'impetus.sock')
  const call = request({ socketPath, path, method: 'POST', headers }, response => {
    response.resume().on('end', () => {
      if (response.statusCode === 200) resolve()
      else reject(new Error(`${path} answered ${response.statusCode}.`))
    })
  })
  call.on('error', reject).end(JSON.stringify(body))
  return promise
}

async function run({ entry, models, say }: Bench): Promise<readonly Row[]> {
  const [model] = models
  if (model === undefined) throw new Error('There is no model to load.')
  say(`cycles: ${model.id} loaded and unloaded ${warmUps} and then ${count} times`)
  await using core = await startCore(entry, { models: [model.path] })
  const { before, after, milliseconds } = await loadCycles(core, model.id, count, () => 0)
  const row = (what: string, value: number, unit: string, target?: Row['target']): Row => ({
    benchmark: 'cycles',
    what,
    value,
    unit,
    ...(target && { target }),
    note: `${count} cycles after ${warmUps}`,
  })
  return [
    row('memory of the core afterwards, of before', (after / before) * 100, '%', { atMost: 105 }),
    row('memory of the core before', before / mebibyte, 'MB'),
    row('load, one token, unload', milliseconds, 'ms'),
  ]
}

export const cycles: Benchmark = {
  name: 'cycles',
  about: 'a model loaded and unloaded 200 times: whether the memory comes back',
  run,
}
