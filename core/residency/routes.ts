import type { Hono } from 'hono'
import { ImpetusError } from '../contract/errors.ts'
import { getMemory, loadModel, unloadModel } from '../contract/residency.ts'
import type { Env } from '../http/env.ts'
import { serve } from '../http/serve.ts'
import type { Library } from '../library/types.ts'
import type { Residency } from './types.ts'

export interface ResidencyRoutesParts {
  readonly library: Pick<Library, 'resolve'>
  readonly residency: Residency
}

/** What is in memory, and the commands that change it. */
export function residencyRoutes(app: Hono<Env>, { library, residency }: ResidencyRoutesParts): void {
  serve(app, getMemory, () => ({
    ...residency.memory(),
    models: residency.states().map(state => ({ ...state })),
  }))
  serve(app, loadModel, async ({ params, body, signal }) => {
    const { id } = await library.resolve(params.id ?? '')
    const keep = body.keepSeconds === undefined ? {} : { keepMilliseconds: body.keepSeconds * 1000 }
    await using _lease = await residency.acquire(id, signal, keep)
    const state = residency.states().find(one => one.id === id)
    if (state !== undefined) return { ...state }
    throw new ImpetusError('engine_crashed', `The model ${id} ended as soon as it was loaded. Try it again.`)
  })
  serve(app, unloadModel, async ({ params }) => {
    const { id } = await library.resolve(params.id ?? '')
    await residency.unload(id)
    return { id }
  })
}
