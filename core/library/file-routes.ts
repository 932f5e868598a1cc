import type { Hono } from 'hono'
import { ImpetusError } from '../contract/errors.ts'
import {
  cancelUpload,
  dedupe,
  exportModel,
  finishUpload,
  importFile,
  listDuplicates,
  listUploads,
  revealModel,
  sendUpload,
  startUpload,
} from '../contract/library-files.ts'
import { readBytes } from '../http/body.ts'
import type { Env } from '../http/env.ts'
import { serve } from '../http/serve.ts'
import { duplicatesOf } from './manage/duplicates.ts'
import { modelfileOf, shareWithLmStudio } from './manage/export.ts'
import { reveal } from './manage/reveal.ts'
import { shareDuplicates } from './manage/share.ts'
import type { LibraryRoom } from './room.ts'
import type { InstalledModel } from './types.ts'

/** What reads and writes model files: duplicates, exports, imports, uploads. */
export function libraryFileRoutes(app: Hono<Env>, room: LibraryRoom): void {
  const { importer, uploads, parts } = room
  const { library, records, own, tools, audit } = parts
  const duplicates = () => duplicatesOf(library.list(), print => records.hashes.get(print), own)
  const fileOf = async (id: string): Promise<InstalledModel> => {
    const model = await library.resolve(id)
    if (model.format === 'gguf') return model
    throw new ImpetusError('conflict', `${model.id} is no file on this machine.`)
  }

  serve(app, listDuplicates, duplicates)
  serve(app, dedupe, async ({ body, signal }) => {
    const wanted = duplicates().duplicates.filter(
      one => one.advice !== 'other-programs' && (body.sha256 ?? one.sha256) === one.sha256,
    )
    const result = await shareDuplicates(wanted, library.list(), tools, signal)
    for (const { model, bytes } of result.linked) audit('model.deduplicated', { model, bytes })
    await library.rescan()
    return result
  })

  serve(app, exportModel, async ({ params, body, signal }) => {
    const model = await fileOf(params.id ?? '')
    if (body.as === 'modelfile')
      return { text: modelfileOf(model, await library.facts(model.id, signal)), paths: [] }
    if (parts.lmStudioFolder === null)
      throw new ImpetusError('conflict', 'This user has no home folder, so LM Studio’s folder is not known.')
    const paths = await shareWithLmStudio(model, parts.lmStudioFolder)
    audit('model.exported', { model: model.id, to: 'lmstudio' })
    await library.rescan()
    return { text: null, paths }
  })
  serve(app, revealModel, async ({ params }) => {
    const { path } = await fileOf(params.id ?? '')
    await reveal(path, process.platform, parts.env)
    return { path }
  })

  serve(app, importFile, ({ body, signal }) => importer.take(body.path, body.mode, body.name, signal))

  serve(app, startUpload, ({ body }) => uploads.begin(body.name, body.bytes, body.sha256))
  serve(app, listUploads, async () => ({ uploads: await uploads.list() }))
  serve(app, sendUpload, async ({ params, query, context }) => {
    const piece = await readBytes(context, context.get('bodyLimits'))
    return uploads.write(params.id ?? '', query.offset, piece)
  })
  serve(app, finishUpload, ({ params, signal }) => uploads.finish(params.id ?? '', signal))
  serve(app, cancelUpload, async ({ params }) => ({ removed: await uploads.cancel(params.id ?? '') }))
}
