import { setTimeout as sleep } from 'node:timers/promises'
import type { Hono } from 'hono'
import { ImpetusError } from '../../contract/errors.ts'
import { ollamaPull, type Progress } from '../../contract/ollama-manage.ts'
import type { Downloads } from '../../downloads/downloads.ts'
import type { Env } from '../../http/env.ts'
import { ndjsonResponse } from '../../http/ndjson.ts'
import { serve } from '../../http/serve.ts'
import { errorOf } from '../errors.ts'
import { progressOf } from './progress.ts'

export interface OllamaPullParts {
  readonly downloads: Pick<Downloads, 'add' | 'get'>
}

/** How often a download is looked at while a client waits for it. */
const lookMilliseconds = 250

/** A download goes on when its client leaves: the dashboard and `impetus downloads` show it, and can stop it. */
export function ollamaPullRoutes(app: Hono<Env>, { downloads }: OllamaPullParts): void {
  serve(app, ollamaPull, async ({ body, context, signal }) => {
    const reference = body.model ?? body.name
    if (!reference) {
      throw new ImpetusError('invalid_value', '"model" is missing: name one as hf.co/owner/name:Q4_K_M.', {
        param: 'model',
      })
    }
    const { id } = await downloads.add(reference, undefined, signal)
    const told = tell(downloads, id, signal)
    if (body.stream ?? true) {
      const keepAlive: Progress = { status: 'pulling manifest' }
      return ndjsonResponse(context, told, { errorItem: errorOf, keepAlive })
    }
    let last: Progress = { status: 'pulling manifest' }
    for await (const progress of told) last = progress
    return last
  })
}

async function* tell(
  downloads: OllamaPullParts['downloads'],
  id: string,
  signal: AbortSignal,
): AsyncGenerator<Progress> {
  for (let before = ''; ; await pause(signal)) {
    const progress = progressOf(downloads.get(id))
    const now = JSON.stringify(progress)
    if (now !== before) yield progress
    if (progress.status === 'success') return
    before = now
  }
}

/** Rejects with the signal's own reason, which says why the request ended. */
async function pause(signal: AbortSignal): Promise<void> {
  await sleep(lookMilliseconds, undefined, { signal }).catch((error: unknown) => {
    signal.throwIfAborted()
    throw error
  })
}
