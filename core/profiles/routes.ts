import type { Hono } from 'hono'
import {
  createProfile,
  deleteProfile,
  getConfiguration,
  listProfiles,
  pinModel,
  previewProfile,
  updateConfiguration,
  updateProfile,
} from '../contract/profiles.ts'
import type { Env } from '../http/env.ts'
import { serve } from '../http/serve.ts'
import type { Library } from '../library/types.ts'
import type { Residency } from '../residency/types.ts'
import type { Profiles } from './profiles.ts'

export interface ProfileRoutesParts {
  readonly profiles: Profiles
  readonly defaultProfile: () => string | null
  readonly library: Pick<Library, 'resolve'>
  readonly residency: Pick<Residency, 'states'>
}

/** How models are configured, as the dashboard and the command line see and change it. */
export function profileRoutes(app: Hono<Env>, parts: ProfileRoutesParts): void {
  const { profiles, library, residency } = parts
  const isLoaded = (id: string) => residency.states().some(one => one.id === id && one.state === 'loaded')
  const shown = (id: string) => profiles.configuration(id, isLoaded(id))
  const idOf = async (params: Readonly<Record<string, string>>) => (await library.resolve(params.id ?? '')).id

  serve(app, getConfiguration, async ({ params }) => shown(await idOf(params)))
  serve(app, updateConfiguration, async ({ params, body }) => {
    const id = await idOf(params)
    const changes = profiles.configure(id, body)
    return { ...shown(id), changes }
  })
  serve(app, pinModel, async ({ params, body }) => {
    const id = await idOf(params)
    profiles.configure(id, {
      values: body.pinned ? { pinned: true } : {},
      open: body.pinned ? [] : ['pinned'],
    })
    return shown(id)
  })

  serve(app, listProfiles, () => ({ profiles: profiles.list(), default: parts.defaultProfile() }))
  serve(app, createProfile, ({ body }) => profiles.create(body.name, body))
  serve(app, updateProfile, ({ params, body }) => profiles.replace(params.name ?? '', body))
  serve(app, deleteProfile, ({ params }) => {
    const name = params.name ?? ''
    profiles.delete(name)
    return { deleted: name }
  })
  serve(app, previewProfile, async ({ params, query }) => {
    const { id } = await library.resolve(query.model)
    const profile = params.name ?? ''
    return { model: id, profile, changes: profiles.preview(profile, id) }
  })
}
