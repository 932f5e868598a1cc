import { setTimeout as sleep } from 'node:timers/promises'
import type { ExitReason } from '../contract/exit-codes.ts'
import { getLibraryModel, type LibraryDetail, verifyModel } from '../contract/library.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer, readableBytes } from './output.ts'
import { verdict } from './show.ts'

const lookMilliseconds = 500

/** Reads each model to its end; the core does the reading, and goes on with it when this command is ended. */
export async function run(call: Call): Promise<ExitReason | undefined> {
  const client = new CoreClient(call.paths())
  const results: { model: string; verification: LibraryDetail['verification'] }[] = []
  for (const name of call.rest) {
    const { id } = await client.call(verifyModel, { params: { id: name }, body: {} })
    const verification = await ended(call, client, id)
    results.push({ model: id, verification })
    if (!call.json)
      call.io.stdout.write(`${id}: ${verification === null ? 'is no file here' : verdict(verification)}\n`)
  }
  if (call.json) answer(call, results, '')
  const good = results.every(({ verification }) => /^(matches|computed)$/.test(verification?.state ?? ''))
  return good ? undefined : 'failed'
}

async function ended(call: Call, client: CoreClient, id: string): Promise<LibraryDetail['verification']> {
  const { stderr } = call.io
  while (true) {
    const { verification } = await client.call(getLibraryModel, { params: { id } })
    const isRunning = verification?.state === 'running' || verification?.state === 'waiting'
    if (stderr.isTTY) {
      const text = isRunning
        ? `${id}: ${readableBytes(verification.done)} of ${readableBytes(verification.bytes)}`
        : ''
      stderr.write(`\r${text}\x1b[K`)
    }
    if (!isRunning) return verification
    await sleep(lookMilliseconds)
  }
}
