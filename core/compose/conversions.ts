import { realpath } from 'node:fs/promises'
import { Conversions } from '../conversion/conversions.ts'
import { createConverter } from '../conversion/converter.ts'
import { freeBytes, requireSpace } from '../downloads/transfer/disk.ts'
import { createInspector } from '../engine/inspector/client.ts'
import { spawnRole } from '../platform/child.ts'
import type { Base } from './base.ts'
import type { Models } from './models.ts'

/** Brings what makes GGUF files of models of other formats. */
export async function startConversions(
  { paths, bus, clock, settings, log }: Base,
  { library }: Models,
  stack: AsyncDisposableStack,
): Promise<Conversions> {
  const inspector = createInspector({ spawn: spawnRole })
  const models = await realpath(paths.models)
  const conversions = new Conversions({
    models,
    converter: createConverter({ spawn: spawnRole }),
    pathOf: id => library.findForeign(id)?.path,
    requireSpace: async bytes =>
      requireSpace(await freeBytes(models), bytes, settings.current.downloads.reserveBytes),
    verify: (path, signal) => inspector.inspect(path, signal),
    onFileReady: async path => {
      await library.rescan()
      return library.list().find(model => model.path === path)?.id ?? null
    },
    bus,
    clock,
    log: log.child({ room: 'conversion' }),
  })
  await conversions.start()
  stack.defer(() => conversions.stop())
  return conversions
}
