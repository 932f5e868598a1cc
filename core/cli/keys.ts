import { listKeys } from '../contract/keys.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer, table } from './output.ts'

export async function run(call: Call): Promise<undefined> {
  const { keys } = await new CoreClient(call.paths()).call(listKeys)
  const rows = keys.map(({ id, name, preview, scopes, expiresAt, lastUsedAt }) => [
    id,
    name,
    preview,
    scopes.join(', '),
    day(expiresAt) ?? 'never',
    day(lastUsedAt) ?? 'never',
  ])
  const text = table([['ID', 'NAME', 'KEY', 'MAY', 'EXPIRES', 'LAST USED'], ...rows])
  answer(
    call,
    keys,
    keys.length === 0 ? 'There are no keys. Make one with "impetus keys create NAME".' : text,
  )
}

function day(time: number | null): string | undefined {
  return time === null ? undefined : new Date(time).toISOString().slice(0, 10)
}
