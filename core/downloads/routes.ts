import type { Hono } from 'hono'
import {
  cancelDownload,
  getDownload,
  listDownloads,
  pauseDownload,
  removeDownload,
  resumeDownload,
  retryDownload,
  startDownload,
} from '../contract/downloads.ts'
import { ImpetusError } from '../contract/errors.ts'
import {
  getHub,
  getHubModel,
  listStartingPoints,
  removeHubToken,
  searchHub,
  setHubToken,
} from '../contract/hub.ts'
import type { Env } from '../http/env.ts'
import { serve } from '../http/serve.ts'
import { startingPoints } from './hub/starting-points.ts'
import type { DownloadRoom } from './room.ts'

/** The hub and the downloads, as the dashboard and the command line call them. */
export function downloadRoutes(app: Hono<Env>, room: DownloadRoom): void {
  const { downloads, hub, token } = room
  serve(app, startDownload, ({ body, signal }) => downloads.add(body.reference, body.sha256, signal))
  serve(app, listDownloads, () => ({ downloads: downloads.list() }))
  serve(app, getDownload, ({ params }) => downloads.get(params.id as string))
  serve(app, pauseDownload, ({ params }) => downloads.command(params.id as string, 'pause'))
  serve(app, resumeDownload, ({ params }) => downloads.command(params.id as string, 'resume'))
  serve(app, cancelDownload, ({ params }) => downloads.command(params.id as string, 'cancel'))
  serve(app, retryDownload, ({ params }) => downloads.command(params.id as string, 'retry'))
  serve(app, removeDownload, async ({ params }) => ({ removed: await downloads.remove(params.id as string) }))

  serve(app, searchHub, ({ query, signal }) => hub.search(query, signal))
  serve(app, getHubModel, ({ params, signal }) => hub.model(repoOf(params), signal))
  serve(app, listStartingPoints, async () => ({ startingPoints: startingPoints(await room.capacity()) }))
  serve(app, getHub, () => room.state())
  serve(app, setHubToken, ({ body }) => {
    token.set(body.token)
    room.audit('hub.token-kept')
    return room.state()
  })
  serve(app, removeHubToken, () => {
    token.remove()
    room.audit('hub.token-removed')
    return room.state()
  })
}

/** The two go into a path on the hub, so nothing but a name may pass. */
function repoOf({ owner = '', name = '' }: Readonly<Record<string, string>>): string {
  const pattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/
  if (pattern.test(owner) && pattern.test(name)) return `${owner}/${name}`
  throw new ImpetusError('invalid_value', 'That is not the name of a model on the hub. Write owner/name.', {
    param: 'name',
  })
}
