import { resolve } from 'node:path'
import type { ExitReason } from '../contract/exit-codes.ts'
import { importFile } from '../contract/library-files.ts'
import { ExitError } from '../platform/exit.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer, readableBytes } from './output.ts'

/** Copying a large model to another disk takes its time. */
const patience = 24 * 3_600_000

export async function run(call: Call): Promise<ExitReason | undefined> {
  const { SOURCE: source = '' } = call.values
  const modes = (['move', 'link'] as const).filter(mode => call.switches.has(mode))
  if (modes.length > 1) throw new ExitError('usage', 'Either --move or --link, not both.')
  if (/^(?:https?:|hf:)/i.test(source)) {
    const pull = await import('./pull.ts')
    return pull.run({ ...call, values: { REFERENCE: source } })
  }
  const { name } = call.options
  const mode: 'move' | 'link' | 'copy' = modes[0] ?? 'copy'
  const body = { path: resolve(source), mode, ...(name !== undefined && { name }) }
  const imported = await new CoreClient(call.paths()).call(importFile, { body, patience })
  answer(
    call,
    imported,
    `${imported.model}: ${readableBytes(imported.bytes)}. "impetus run ${imported.model}" asks it.`,
  )
  return undefined
}
