import type { Call } from '../cli/command.ts'
import { DownloadRoom } from '../downloads/room.ts'
import { version } from '../platform/version.ts'
import type { Base } from './base.ts'
import type { Models } from './models.ts'

/** Brings the hub and the downloads, and goes on with those that were under way. */
export async function startDownloads(
  call: Call,
  base: Base,
  models: Models,
  stack: AsyncDisposableStack,
): Promise<DownloadRoom> {
  const { settings, log } = base
  const room = new DownloadRoom({
    ...base,
    env: call.env,
    version: version(),
    log: log.child({ room: 'downloads' }),
    settings: () => settings.current.downloads,
    // The library watches the folder and would see the file by itself; this way it is there when the job says so.
    onFileReady: () => models.library.rescan(),
  })
  await room.start()
  stack.defer(() => room.stop())
  return room
}
