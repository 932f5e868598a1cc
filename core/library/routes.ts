import type { Hono } from 'hono'
import {
  addAlias,
  deleteCollection,
  deleteModels,
  emptyTrash,
  getLibraryModel,
  type LibraryModel,
  listLibrary,
  listTensors,
  listTrash,
  putCollection,
  removeAlias,
  rescanLibrary,
  restoreModel,
  tagModels,
  updateLibraryModel,
  verifyModel,
} from '../contract/library.ts'
import type { Env } from '../http/env.ts'
import { serve } from '../http/serve.ts'
import { detailOf, foreignDetailOf, shownForeign, shownModel, type ViewParts } from './manage/view.ts'
import type { LibraryRoom } from './room.ts'

/** The library as the dashboard and the command line see and change it. */
export function libraryRoutes(app: Hono<Env>, room: LibraryRoom): void {
  const { manager, trash, hashing, foreignFacts, parts } = room
  const { library, records, residency } = parts
  const view: ViewParts = { ...parts, hashing, states: () => residency.states() }

  const modelNow = async (name: string): Promise<LibraryModel> => {
    const foreign = library.findForeign(name)
    if (foreign !== undefined) return shownForeign(foreign, foreignFacts.now(foreign) ?? undefined, records)
    const model = await library.resolve(name)
    return shownModel(model, library.factsNow(model.id), view)
  }

  serve(app, listLibrary, async ({ signal }) => {
    await library.listReady(signal)
    await foreignFacts.ahead(library.foreign(), signal)
    const deleted = trash.list()
    return {
      models: [
        ...library.list().map(model => shownModel(model, library.factsNow(model.id), view)),
        ...library.foreign().flatMap(file => {
          const facts = foreignFacts.now(file)
          // Somebody has looked, and it is no model.
          return facts === null ? [] : [shownForeign(file, facts, records)]
        }),
      ],
      collections: records.labels.collections().map(one => ({ ...one, models: [...one.models] })),
      trash: { models: deleted.length, bytes: deleted.reduce((sum, one) => sum + one.bytes, 0) },
      hashing: hashing.work,
    }
  })
  serve(app, getLibraryModel, async ({ params, signal }) => {
    const name = params.id ?? ''
    const foreign = library.findForeign(name)
    if (foreign !== undefined)
      return foreignDetailOf(foreign, (await foreignFacts.get(foreign, signal)) ?? undefined, records)
    const model = await library.resolve(name)
    return detailOf(model, await library.facts(model.id, signal), view)
  })
  serve(app, listTensors, async ({ params, signal }) => {
    const { path } = await library.source((await library.resolve(params.id ?? '')).id)
    const tensors = path === '' ? [] : await parts.tools.tensors(path, signal)
    return { tensors: tensors.map(tensor => ({ ...tensor, sizes: [...tensor.sizes] })) }
  })
  serve(app, updateLibraryModel, async ({ params, body }) => {
    const { note, tags } = body
    await manager.label(params.id ?? '', {
      ...(note !== undefined && { note }),
      ...(tags !== undefined && { tags }),
    })
    return modelNow(params.id ?? '')
  })
  serve(app, verifyModel, async ({ params }) => {
    const model = await library.resolve(params.id ?? '')
    if (model.format === 'gguf') hashing.verify(model)
    return modelNow(model.id)
  })
  serve(app, rescanLibrary, async () => {
    await library.rescan()
    return { models: library.list().length }
  })

  serve(app, tagModels, ({ body }) => manager.each(body.models, id => manager.tag(id, body.add, body.remove)))
  serve(app, deleteModels, ({ body }) => manager.each(body.models, id => manager.remove(id, body)))
  serve(app, listTrash, () => ({ trash: trash.list() }))
  serve(app, restoreModel, async ({ params }) => ({ model: await manager.restore(params.id ?? '') }))
  serve(app, emptyTrash, () => manager.emptyTrash())

  serve(app, addAlias, async ({ body }) => {
    await manager.addAlias(body.model, body.alias)
    return modelNow(body.model)
  })
  serve(app, removeAlias, ({ params }) => {
    const alias = params.alias ?? ''
    manager.removeAlias(alias)
    return { removed: alias.toLowerCase() }
  })
  serve(app, putCollection, async ({ params, body }) => {
    const made = await manager.setCollection(params.name ?? '', body.description, body.models)
    return { ...made, models: [...made.models] }
  })
  serve(app, deleteCollection, ({ params }) => {
    const name = params.name ?? ''
    manager.removeCollection(name)
    return { deleted: name }
  })
}
