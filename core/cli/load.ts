import { pinModel } from '../contract/profiles.ts'
import { loadModel, unloadModel } from '../contract/residency.ts'
import { ExitError } from '../platform/exit.ts'
import { modelPatienceMilliseconds } from './chat.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer, readableBytes } from './output.ts'

export async function run(call: Call): Promise<undefined> {
  const client = new CoreClient(call.paths())
  const id = call.values.MODEL ?? ''
  if (call.switches.has('pin')) await client.call(pinModel, { params: { id }, body: {} })
  const state = await client.call(loadModel, {
    params: { id },
    body: keep(call.options.keep),
    patience: modelPatienceMilliseconds,
  })
  answer(call, state, `${state.id} is loaded, ${readableBytes(state.bytes)}, context ${state.contextLength}.`)
}

export async function unload(call: Call): Promise<undefined> {
  const params = { id: call.values.MODEL ?? '' }
  const client = new CoreClient(call.paths())
  if (call.switches.has('unpin')) await client.call(pinModel, { params, body: { pinned: false } })
  const gone = await client.call(unloadModel, { params, body: {}, patience: modelPatienceMilliseconds })
  answer(call, gone, `${gone.id} is not in memory any more.`)
}

function keep(text: string | undefined): { keepSeconds?: number } {
  if (text === undefined) return {}
  const keepSeconds = Number(text)
  if (text.trim() !== '' && keepSeconds >= 0) return { keepSeconds }
  throw new ExitError('usage', `--keep is "${text}": must be a number of seconds.`)
}
