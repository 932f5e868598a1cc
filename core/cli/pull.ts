import { type Download, download, getDownload, pauseDownload, startDownload } from '../contract/downloads.ts'
import { streamEvents } from '../contract/events.ts'
import type { ExitReason } from '../contract/exit-codes.ts'
import { ExitError } from '../platform/exit.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer, readableBytes } from './output.ts'
import { ProgressDisplay } from './progress.ts'

/** The core asks the hub before it answers, and hubs can be slow. */
const hubPatienceMilliseconds = 120_000

export async function run(call: Call): Promise<ExitReason | undefined> {
  const client = new CoreClient(call.paths())
  const { sha256 } = call.options
  const body = { reference: call.values.REFERENCE as string, ...(sha256 === undefined ? {} : { sha256 }) }
  const started = await client.call(startDownload, { body, patience: hubPatienceMilliseconds })
  if (call.switches.has('detach')) {
    answer(call, started, `${started.id} is ${started.state}. "impetus downloads" shows how far it is.`)
    return undefined
  }
  const stopped = new AbortController()
  const display = new ProgressDisplay(call.io.stderr)
  const onInterrupt = () => stopped.abort()
  process.once('SIGINT', onInterrupt)
  try {
    const last = await follow(client, started, display, stopped.signal)
    return finish(call, last)
  } catch (error) {
    if (!stopped.signal.aborted) throw error
    display.end()
    await client.call(pauseDownload, { params: { id: started.id } })
    call.io.stderr.write(
      'Paused. The same command goes on from here; "impetus downloads cancel" deletes it.\n',
    )
    return 'interrupted'
  } finally {
    process.off('SIGINT', onInterrupt)
    stopped.abort()
    display.end()
  }
}

async function follow(
  client: CoreClient,
  started: Download,
  display: ProgressDisplay,
  signal: AbortSignal,
): Promise<Download> {
  if (hasEnded(started)) return started
  display.show(started)
  for await (const change of changes(client, started.id, signal)) {
    display.show(change)
    if (hasEnded(change)) return change
  }
  throw new ExitError('unavailable', 'The core ended. The download goes on when it is started again.')
}

/** What happens to one download. The stream begins with a heartbeat, which is the moment to look at it as it is. */
async function* changes(client: CoreClient, id: string, signal: AbortSignal): AsyncIterable<Download> {
  const query = { topics: 'download.changed' }
  for await (const text of client.stream(streamEvents, { query, signal })) {
    const { topic, data } = JSON.parse(text) as { topic: string; data: unknown }
    if (topic !== 'download.changed') yield await client.call(getDownload, { params: { id } })
    else if ((data as { id: unknown }).id === id) yield download.parse(data)
  }
}

/** Paused by somebody else counts: nothing more will happen by itself. */
function hasEnded({ state }: Download): boolean {
  return state === 'done' || state === 'failed' || state === 'cancelled' || state === 'paused'
}

function finish(call: Call, last: Download): ExitReason | undefined {
  if (last.state === 'done') {
    const names = last.files.length === 1 ? last.name : `${last.name} and ${last.files.length - 1} more parts`
    answer(call, last, `${names}: ${readableBytes(last.bytes)}, checked. "impetus models" lists it.`)
    return undefined
  }
  const why = last.error?.message ?? `The download was ${last.state} from elsewhere.`
  throw new ExitError('failed', why)
}
