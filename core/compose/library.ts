import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import type { Call } from '../cli/command.ts'
import { createConverter } from '../conversion/converter.ts'
import { freeBytes, requireSpace } from '../downloads/transfer/disk.ts'
import { foldedName, freeNames, safeFileName } from '../downloads/transfer/file-name.ts'
import { createInspector } from '../engine/inspector/client.ts'
import { createFileTools } from '../engine/inspector/tools.ts'
import { LibraryRoom } from '../library/room.ts'
import { spawnRole } from '../platform/child.ts'
import type { Base } from './base.ts'
import type { Models } from './models.ts'
import type { Security } from './security.ts'

export interface LibraryInput {
  readonly call: Call
  readonly base: Base
  readonly models: Models
  readonly security: Security
  /** Whether the machine runs on its battery, as far as it says so: then nothing is read that nobody asked for. */
  readonly onBattery: () => boolean
}

/** Brings what is done with the models that were found: labels, hashes, the trash. */
export async function startLibrary(
  { call: { env }, base, models, security: { audit }, onBattery }: LibraryInput,
  stack: AsyncDisposableStack,
): Promise<LibraryRoom> {
  const { paths, bus, clock, database, log, settings } = base
  const room = new LibraryRoom({
    library: models.library,
    renamed: models.renamed,
    records: models.records,
    residency: models.residency,
    tools: createFileTools(spawnRole),
    inspector: createInspector({ spawn: spawnRole }),
    naming: { safeFileName, freeNames, foldedName },
    requireSpace: async bytes =>
      requireSpace(await freeBytes(paths.models), bytes, settings.current.downloads.reserveBytes),
    lmStudioFolder: env.HOME ? join(env.HOME, '.lmstudio', 'models') : null,
    env,
    foreignReader: createConverter({ spawn: spawnRole }),
    database,
    own: await realpath(paths.models),
    bus,
    clock,
    log: log.child({ room: 'library' }),
    audit: (event, fields) => audit.record(event, fields),
    busy: () => models.active.count > 0 || onBattery(),
    settings: () => settings.current.library,
  })
  await room.start()
  stack.defer(() => room.stop())
  stack.defer(
    settings.onChange((_settings, keys) => {
      if (keys.includes('library.trashHours')) void room.trash.sweep()
    }),
  )
  return room
}
