import { revokeKey } from '../contract/keys.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer } from './output.ts'

export async function run(call: Call): Promise<undefined> {
  const result = await new CoreClient(call.paths()).call(revokeKey, { params: { id: call.values.ID ?? '' } })
  const ended = result.requestsEnded === 0 ? '' : ` ${result.requestsEnded} running answers were ended.`
  answer(call, result, `The key no longer works.${ended}`)
}
