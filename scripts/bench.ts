/**
 * `npm run bench [-- NAME…] [-- --json]`: measures, beside each other and in one run, what the product promises.
 * Ends with 0 whether or not the targets are met: a busy machine is no failure. The load is shown with the figures.
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import type { Benchmark } from './bench/bench.ts'
import { cycles } from './bench/cycles.ts'
import { beside } from './bench/engine-beside.ts'
import { conversation } from './bench/engine-conversation.ts'
import { lookup } from './bench/engine-lookup.ts'
import { streams } from './bench/engine-streams.ts'
import { idle } from './bench/idle.ts'
import { latency } from './bench/latency.ts'
import { describe, loadAverage, thisMachine } from './bench/machine.ts'
import { benchModels } from './bench/models.ts'
import { formatRows, type Row, verdict } from './bench/row.ts'
import { start } from './bench/start.ts'
import { throughput } from './bench/throughput.ts'
import { buildCore } from './build/core.ts'

/** Every benchmark, in the order they run. */
const benchmarks: readonly Benchmark[] = [
  start,
  latency,
  throughput,
  streams,
  conversation,
  beside,
  lookup,
  cycles,
  idle,
]

function chosen(names: readonly string[]): readonly Benchmark[] {
  if (names.length === 0) return benchmarks
  const unknown = names.filter(name => !benchmarks.some(benchmark => benchmark.name === name))
  if (unknown.length === 0) return benchmarks.filter(({ name }) => names.includes(name))
  console.error(`There is no benchmark "${unknown.join('", "')}". There are:`)
  for (const { name, about } of benchmarks) console.error(`  ${name.padEnd(12)}${about}`)
  process.exit(64)
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } })
const selected = chosen(positionals)
const say = (text: string) => console.error(text)

const machine = thisMachine()
const { entry } = await buildCore()
say('Preparing the models…')
const models = await benchModels()
const loadBefore = loadAverage()
const rows: Row[] = []
for (const benchmark of selected) rows.push(...(await benchmark.run({ entry, models, say })))
const loadAfter = loadAverage()

if (values.json) {
  const judged = rows.map(row => ({ ...row, verdict: verdict(row) }))
  console.log(
    JSON.stringify({ time: new Date().toISOString(), machine, loadBefore, loadAfter, rows: judged }, null, 2),
  )
} else {
  console.log(`\n${describe(machine)}`)
  console.log(`Load average ${loadBefore.toFixed(2)} before, ${loadAfter.toFixed(2)} after\n`)
  console.log(formatRows(rows))
}
