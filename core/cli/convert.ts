import { resolve } from 'node:path'
import {
  type Conversion,
  cancelConversion,
  conversion,
  conversionTarget,
  describeSource,
  type ForeignModel,
  listConversions,
  startConversion,
} from '../contract/conversions.ts'
import { streamEvents } from '../contract/events.ts'
import type { ExitReason } from '../contract/exit-codes.ts'
import { ExitError } from '../platform/exit.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer, readableBytes, readableSeconds } from './output.ts'
import { amountLine, ProgressDisplay } from './progress.ts'

/** The core reads the whole vocabulary before it answers. */
const lookMilliseconds = 90_000

export async function run(call: Call): Promise<ExitReason | undefined> {
  const client = new CoreClient(call.paths())
  const source = sourceOf(call.values.MODEL as string)
  if (call.switches.has('dry-run')) {
    const model = await client.call(describeSource, { body: { source }, patience: lookMilliseconds })
    answer(call, model, description(model))
    return model.conversion.possible ? undefined : 'failed'
  }
  const { name } = call.options
  const to = conversionTarget.safeParse(call.options.to?.toUpperCase() ?? 'F16')
  if (!to.success) throw new ExitError('usage', '--to must be F16, BF16 or Q8_0.')
  const body = { source, to: to.data, ...(name === undefined ? {} : { name }) }
  const stopped = new AbortController()
  const display = new ProgressDisplay(call.io.stderr)
  const onInterrupt = () => stopped.abort()
  process.once('SIGINT', onInterrupt)
  let started: Conversion | undefined
  try {
    started = await client.call(startConversion, { body, patience: lookMilliseconds })
    return finish(call, await follow(client, started, display, stopped.signal))
  } catch (error) {
    if (!stopped.signal.aborted || started === undefined) throw error
    display.end()
    await client.call(cancelConversion, { params: { id: started.id } })
    call.io.stderr.write('Cancelled. What was written is removed.\n')
    return 'interrupted'
  } finally {
    process.off('SIGINT', onInterrupt)
    stopped.abort()
    display.end()
  }
}

/** A path as this terminal means it; a word without a slash that names nothing here may be an id. */
function sourceOf(word: string): string {
  return /[/\\]|^\.{1,2}$|\.(?:onnx|safetensors|mlmodel|mlpackage|mlmodelc|bin|pth?)$/.test(word)
    ? resolve(word)
    : word
}

function description(model: ForeignModel): string {
  const { format, architecture, parameters, dtype, contextLength, bytes, conversion: can } = model
  const facts = [
    format,
    architecture,
    parameters === null ? null : `${readableCount(parameters)} weights`,
    dtype,
    contextLength === null ? null : `context ${contextLength}`,
    readableBytes(bytes),
  ]
  const line = `${model.name}: ${facts.filter(fact => fact !== null).join(', ')}`
  if (!can.possible) return `${line}\nIt is not converted: ${can.reason}`
  const sizes = Object.entries(can.bytes).map(([type, size]) => `${type} ${readableBytes(size)}`)
  return [line, `Becomes: ${sizes.join(', ')}`, ...can.notes].join('\n')
}

function readableCount(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(1)}B`
  return count >= 1e6 ? `${(count / 1e6).toFixed(1)}M` : String(count)
}

async function follow(
  client: CoreClient,
  started: Conversion,
  display: ProgressDisplay,
  signal: AbortSignal,
): Promise<Conversion> {
  show(display, started)
  for await (const change of changes(client, started.id, signal)) {
    show(display, change)
    if (change.finishedAt !== null) return change
  }
  throw new ExitError('unavailable', 'The core ended, and the conversion with it.')
}

function show(display: ProgressDisplay, { file, state, done, bytes, secondsLeft }: Conversion): void {
  const parts = [amountLine(file, done, bytes)]
  if (state === 'queued') parts.push('waiting for another conversion')
  if (state === 'verifying') parts.push('reading it back')
  if (secondsLeft !== null) parts.push(`${readableSeconds(secondsLeft)} left`)
  display.line(parts.join('  '), bytes === 0 ? 1 : done / bytes)
}

/** The stream begins with a heartbeat, which is the moment to look at the conversion as it is. */
async function* changes(client: CoreClient, id: string, signal: AbortSignal): AsyncIterable<Conversion> {
  const query = { topics: 'conversion.changed' }
  for await (const text of client.stream(streamEvents, { query, signal })) {
    const { topic, data } = JSON.parse(text) as { topic: string; data: unknown }
    if (topic === 'conversion.changed') {
      if ((data as { id: unknown }).id === id) yield conversion.parse(data)
      continue
    }
    const { conversions } = await client.call(listConversions)
    const now = conversions.find(each => each.id === id)
    if (now !== undefined) yield now
  }
}

function finish(call: Call, last: Conversion): ExitReason | undefined {
  if (last.state !== 'done')
    throw new ExitError('failed', last.error?.message ?? 'The conversion was cancelled from elsewhere.')
  const lines = [
    `${last.file}: ${readableBytes(last.bytes)}, read back. Ask it with "impetus run ${last.model ?? last.file}".`,
    ...last.notes,
  ]
  answer(call, last, lines.join('\n'))
  return undefined
}
