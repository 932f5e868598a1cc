import type { Hono } from 'hono'
import { z } from 'zod'
import { getSettings, getSettingsSchema, settingsSchema, updateSettings } from '../contract/settings.ts'
import type { Env } from '../http/env.ts'
import { serve } from '../http/serve.ts'
import type { SettingsStore } from './settings.ts'

/** Reading and changing the settings, and the schema that forms are drawn from. */
export function settingsRoutes(app: Hono<Env>, settings: SettingsStore): void {
  serve(app, getSettings, () => settings.answer())
  serve(app, updateSettings, async ({ body }) => {
    await settings.update(body)
    return settings.answer()
  })
  serve(
    app,
    getSettingsSchema,
    () => z.toJSONSchema(settingsSchema, { io: 'input' }) as Record<string, unknown>,
  )
}
