import { realpath } from 'node:fs/promises'
import { createFileTools } from '../engine/inspector/tools.ts'
import { LibraryRoom } from '../library/room.ts'
import { spawnRole } from '../platform/child.ts'
import type { Base } from './base.ts'
import type { Models } from './models.ts'
import type { Security } from './security.ts'

/** Brings what is done with the models that were found: labels, hashes, the trash. */
export async function startLibrary(
  { paths, bus, clock, database, log, settings }: Base,
  models: Models,
  { audit }: Security,
  stack: AsyncDisposableStack,
): Promise<LibraryRoom> {
  const room = new LibraryRoom({
    library: models.library,
    renamed: models.renamed,
    records: models.records,
    residency: models.residency,
    tools: createFileTools(spawnRole),
    foreignReader: undefined,
    database,
    own: await realpath(paths.models),
    bus,
    clock,
    log: log.child({ room: 'library' }),
    audit: (event, fields) => audit.record(event, fields),
    busy: () => models.active.count > 0,
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
