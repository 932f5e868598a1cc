import type { Hono } from 'hono'
import { ImpetusError } from '../contract/errors.ts'
import { ollamaCopy, ollamaCreate, ollamaDelete, type Progress } from '../contract/ollama-manage.ts'
import type { Env } from '../http/env.ts'
import { ndjsonResponse } from '../http/ndjson.ts'
import { serve } from '../http/serve.ts'
import type { LibraryManager } from '../library/manage/manager.ts'
import type { Library } from '../library/types.ts'
import { namedModel } from './answering.ts'
import { errorOf } from './errors.ts'
import { plainName } from './models/names.ts'

export interface OllamaManageParts {
  readonly library: Library
  readonly manager: Pick<LibraryManager, 'remove' | 'addAlias' | 'removeAlias'>
  /** Names that people gave, and the ids of the models that have them. */
  readonly givenNames: () => ReadonlyMap<string, string>
}

/** Deleting, and copying, which gives one model another name. The manager writes it down in the audit log. */
export function ollamaManageRoutes(
  app: Hono<Env>,
  { library, manager, givenNames }: OllamaManageParts,
): void {
  const copy = async (source: string, destination: string) => {
    const { id } = await namedModel(library, source)
    await manager.addAlias(id, plainName(destination))
  }

  serve(app, ollamaDelete, async ({ body }) => {
    const name = required(body.model ?? body.name, 'model')
    if (givenNames().has(plainName(name))) manager.removeAlias(plainName(name))
    else await manager.remove((await namedModel(library, name)).id)
    return {}
  })

  serve(app, ollamaCopy, async ({ body }) => {
    await copy(required(body.source, 'source'), required(body.destination, 'destination'))
    return {}
  })

  serve(app, ollamaCreate, async ({ body, context }) => {
    for (const field of unsupported) mustBeEmpty(body[field], field)
    await copy(required(body.from, 'from'), required(body.model ?? body.name, 'model'))
    const done: Progress = { status: 'success' }
    if (!(body.stream ?? true)) return done
    return ndjsonResponse(context, once(done), { errorItem: errorOf, keepAlive: done })
  })
}

const unsupported = [
  ...([
    'files',
    'adapters',
    'template',
    'system',
    'parameters',
    'messages',
    'quantize',
    'modelfile',
  ] as const),
]

async function* once<T>(value: T): AsyncGenerator<T> {
  yield value
}

function required(name: string | null | undefined, param: string): string {
  if (name != null && name.trim() !== '') return name
  throw new ImpetusError('invalid_value', `"${param}" is missing: name a model.`, { param })
}

function mustBeEmpty(value: unknown, param: string): void {
  if (value == null || value === '') return
  if (typeof value === 'object' && Object.keys(value).length === 0) return
  throw new ImpetusError(
    'invalid_value',
    `"${param}" is not supported: a model gets another name here, and nothing else. Its settings are in the dashboard.`,
    { param },
  )
}
