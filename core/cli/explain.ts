import { getRequest, listRequests } from '../contract/requests.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer, table } from './output.ts'

export async function run(call: Call): Promise<undefined> {
  const client = new CoreClient(call.paths())
  const id = call.values.ID
  if (id === undefined) return list(call, client)
  const request = await client.call(getRequest, { params: { id } })
  const head = `${request.id}: ${request.model}, ${request.route}, ${new Date(request.startedAt).toLocaleString()}`
  answer(call, request, `${head}\n${request.explanation}`)
}

async function list(call: Call, client: CoreClient): Promise<undefined> {
  const { requests } = await client.call(listRequests, { query: { limit: '20' } })
  const rows = requests.map(one => [
    one.id,
    one.model,
    one.code ?? one.state,
    `${one.promptTokens} (${one.cachedTokens} reused)`,
    String(one.completionTokens),
    one.milliseconds === null ? '' : `${(one.milliseconds / 1000).toFixed(2)} s`,
  ])
  const text = table([['ID', 'MODEL', 'STATE', 'PROMPT', 'ANSWER', 'TOOK'], ...rows])
  answer(call, requests, rows.length === 0 ? 'No request is remembered.' : text)
}
