import type { ExitReason } from '../contract/exit-codes.ts'
import { type Duplicate, dedupe, listDuplicates } from '../contract/library-files.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer, readableBytes, table } from './output.ts'

/** Both copies are read to their end before anything is replaced. */
const patience = 24 * 3_600_000

export async function run(call: Call): Promise<ExitReason | undefined> {
  const client = new CoreClient(call.paths())
  if (call.switches.has('link')) {
    const result = await client.call(dedupe, { body: {}, patience })
    const lines = [
      ...result.linked.map(({ model, bytes }) => `${model} shares its ${readableBytes(bytes)} now.`),
      ...result.failed.map(({ model, message }) => `${model}: ${message}`),
    ]
    answer(call, result, lines.join('\n') || 'There is nothing of Impetus’s own to share.')
    return result.failed.length === 0 ? undefined : 'failed'
  }
  const { duplicates, unhashed } = await client.call(listDuplicates)
  const rows = duplicates.flatMap(one =>
    one.copies.map((copy, index) => [
      copy.model,
      copy.origin,
      index === 0 ? readableBytes(one.wasted) : '',
      index === 0 ? advice[one.advice] : '',
    ]),
  )
  const found =
    rows.length === 0 ? 'Nothing is there twice.' : table([['MODEL', 'FROM', 'COSTS', 'WHAT TO DO'], ...rows])
  const open =
    unhashed === 0
      ? ''
      : `\nNot read yet: ${unhashed} ${unhashed === 1 ? 'model' : 'models'}. That goes on in the background.`
  answer(call, { duplicates, unhashed }, `${found}${open}`)
  return undefined
}

const advice: Readonly<Record<Duplicate['advice'], string>> = {
  link: 'impetus dedupe --link',
  delete: 'impetus rm one of them, or impetus dedupe --link',
  'other-programs': 'delete one in the program that it belongs to',
}
