/** OpenAI's routes over the scripted engine, without a port. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { settingsSchema } from '../contract/settings.ts'
import { createScriptedEngine, type ScriptedOptions } from '../engine/scripted/scripted.ts'
import { ActiveSet } from '../generation/active.ts'
import { ModelGenerator } from '../generation/generator.ts'
import { Prompts } from '../generation/prompts.ts'
import type { Principal } from '../http/env.ts'
import { createFrame } from '../http/frame.ts'
import { LiveRequests } from '../http/live.ts'
import { ScriptedLibrary } from '../library/scripted-library.ts'
import { Bus } from '../platform/bus.ts'
import { systemClock } from '../platform/clock.ts'
import { Database } from '../platform/database.ts'
import type { Log } from '../platform/log.ts'
import { ModelResidency } from '../residency/residency.ts'
import type { AnsweringParts } from './answering.ts'
import { ResponseStore, type StoreParts } from './responses/store.ts'
import { openAiRoutes } from './routes.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }

/** A store in a database of its own, gone with the test. */
export function openStore(parts: Partial<StoreParts> = {}): ResponseStore {
  const folder = mkdtempSync(join(tmpdir(), 'impetus-responses-'))
  const database = new Database({ path: join(folder, 'impetus.db'), backups: join(folder, 'backups'), log })
  database.start()
  const store = new ResponseStore({
    database,
    clock: systemClock,
    settings: () => ({ store: true, keepHours: 24 }),
    ...parts,
  })
  store.start()
  onTestFinished(() => {
    store.stop()
    database.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  return store
}

export interface OpenOptions extends ScriptedOptions {
  readonly sse?: AnsweringParts['sse']
  readonly responses?: ResponseStore
  /** The id of the key that asks; by default nobody's. */
  readonly keyId?: () => string | undefined
}

/** The routes, with ways to ask them. */
export function openRoutes({ sse = {}, responses = openStore(), keyId, ...options }: OpenOptions = {}) {
  const bus = new Bus(error => {
    throw error
  })
  const library = new ScriptedLibrary()
  const engine = createScriptedEngine(options)
  const residency = new ModelResidency({
    engine,
    source: id => library.source(id),
    loadOptions: () => ({}),
    crashLimit: () => ({ count: 5, seconds: 60 }),
    bus,
    log,
  })
  const active = new ActiveSet()
  const generator = new ModelGenerator({ library, residency, active, bus })
  const settings = settingsSchema.parse({}).server
  const app = createFrame({
    log,
    settings: () => settings,
    live: new LiveRequests(),
    identify: () => principalOf(keyId?.()),
  })
  openAiRoutes(app, {
    library,
    generator,
    residency,
    responses,
    prompts: new Prompts(residency),
    contextLength: trained => trained,
    version: '1.2.3',
    sse,
  })
  const send =
    (method: string) =>
    (path: string, body?: unknown, more: RequestInit = {}) =>
      app.request(path, {
        method,
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...more,
        headers: { 'content-type': 'application/json', ...more.headers },
      })
  const post = (path: string, body: unknown, signal?: AbortSignal) =>
    send('POST')(path, body, signal ? { signal } : {})
  return { post, send, get: (path: string) => app.request(path), engine, residency, active }
}

function principalOf(keyId: string | undefined): Principal {
  const scopes = new Set(['inference' as const])
  return keyId === undefined
    ? { kind: 'anonymous', scopes, name: null }
    : { kind: 'key', scopes, name: keyId, keyId }
}
