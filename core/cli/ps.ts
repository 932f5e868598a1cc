import { getMemory } from '../contract/residency.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer, readableBytes, readableSeconds, table } from './output.ts'

export async function run(call: Call): Promise<undefined> {
  const memory = await new CoreClient(call.paths()).call(getMemory)
  const rows = memory.models.map(model => [
    model.id,
    model.progress === null ? model.state : `${model.state}, ${Math.round(model.progress * 100)} %`,
    readableBytes(model.bytes),
    model.contextLength === null ? '' : String(model.contextLength),
    model.waiting === 0 ? String(model.leases) : `${model.leases}, ${model.waiting} waiting`,
    stays(model),
  ])
  const used = `${readableBytes(memory.usedBytes)} of ${readableBytes(memory.budgetBytes)} used, ${memory.waiting} requests waiting`
  const text = table([['MODEL', 'STATE', 'MEMORY', 'CONTEXT', 'REQUESTS', 'GOES'], ...rows])
  answer(call, memory, rows.length === 0 ? `No model is in memory. ${used}.` : `${text}\n${used}`)
}

function stays({ pinned, unloadsAt }: { pinned: boolean; unloadsAt: number | null }): string {
  if (pinned) return 'never (pinned)'
  return unloadsAt === null ? '' : `in ${readableSeconds(Math.max(0, (unloadsAt - Date.now()) / 1000))}`
}
