import { realpath, stat } from 'node:fs/promises'
import type { Call } from '../cli/command.ts'
import type { Capacity } from '../downloads/hub/advice.ts'
import type { FetchedFile } from '../downloads/jobs/runner.ts'
import { DownloadRoom } from '../downloads/room.ts'
import { version } from '../platform/version.ts'
import type { MachineFacts } from '../system/machine/machine.ts'
import type { Base } from './base.ts'
import type { Models } from './models.ts'
import type { Security } from './security.ts'

/** Brings the hub and the downloads, and goes on with those that were under way. */
export async function startDownloads(
  call: Call,
  base: Base,
  models: Models,
  { audit }: Security,
  machine: MachineFacts,
  stack: AsyncDisposableStack,
): Promise<DownloadRoom> {
  const { settings, log } = base
  const room = new DownloadRoom({
    ...base,
    env: call.env,
    version: version(),
    log: log.child({ room: 'downloads' }),
    settings: () => settings.current.downloads,
    audit: event => audit.record(event),
    capacity: () => capacityOf(models, machine),
    // The library watches the folder and would see the file by itself; this way it is there when the job says so.
    async onFileReady(_path, files) {
      await noteHashes(files, models, base)
      await models.library.rescan()
    },
  })
  await room.start()
  stack.defer(() => room.stop())
  return room
}

/** What was hashed while it came need not be hashed again, and what the hub said is held against it later. */
async function noteHashes(
  files: readonly FetchedFile[],
  { records }: Models,
  { clock }: Base,
): Promise<void> {
  for (const { path, promised, sha256 } of files) {
    const real = await realpath(path)
    const { ino, size, mtimeMs } = await stat(real)
    if (sha256 !== null) records.hashes.save(`${ino}:${size}:${mtimeMs}`, sha256, clock.now())
    if (promised !== null) records.hashes.promise(real, promised, 'hub')
  }
}

/** Of the memory's bandwidth engines get some two thirds while they write. */
const share = 0.65

async function capacityOf({ library, records, residency }: Models, machine: MachineFacts): Promise<Capacity> {
  const measured = records.speeds.bandwidth(library.list())
  const { bandwidth } = await machine.get()
  return {
    budgetBytes: residency.memory().budgetBytes,
    bytesPerSecond: measured ?? bandwidth.bytesPerSecond * share,
    measured: measured !== undefined,
  }
}
