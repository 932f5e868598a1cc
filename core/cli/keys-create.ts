import { createKey } from '../contract/keys.ts'
import { ExitError } from '../platform/exit.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer } from './output.ts'

export async function run(call: Call): Promise<undefined> {
  const { days } = call.options
  const expiresInDays = days === undefined ? null : Number(days)
  if (expiresInDays !== null && !(expiresInDays > 0))
    throw new ExitError('usage', `--days is "${days}": must be a number above 0.`)
  const made = await new CoreClient(call.paths()).call(createKey, {
    body: {
      name: call.values.NAME ?? '',
      scopes: call.switches.has('admin') ? ['inference', 'admin'] : ['inference'],
      expiresInDays,
    },
  })
  answer(call, made, `${made.key}\nKeep it now: it is not shown again.`)
}
