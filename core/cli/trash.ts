import { emptyTrash, listTrash, restoreModel } from '../contract/library.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer, readableBytes, readableSeconds, table } from './output.ts'

export async function run(call: Call): Promise<undefined> {
  const { trash } = await new CoreClient(call.paths()).call(listTrash)
  const rows = trash.map(({ id, model, bytes, until }) => [
    id,
    model,
    readableBytes(bytes),
    readableSeconds(Math.max(0, until - Date.now()) / 1000),
  ])
  const text = rows.length === 0 ? 'The trash is empty.' : table([['ID', 'MODEL', 'SIZE', 'STAYS'], ...rows])
  answer(call, trash, text)
}

export async function restore(call: Call): Promise<undefined> {
  const params = { id: call.values.ID ?? '' }
  const restored = await new CoreClient(call.paths()).call(restoreModel, { params, body: {} })
  answer(call, restored, `${restored.model} is back.`)
}

export async function empty(call: Call): Promise<undefined> {
  const emptied = await new CoreClient(call.paths()).call(emptyTrash)
  answer(call, emptied, `${readableBytes(emptied.bytes)} are free.`)
}
