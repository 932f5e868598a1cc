import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Hono } from 'hono'
import { z } from 'zod'
import { endpoint } from '../../core/contract/endpoint.ts'
import type { ImpetusError } from '../../core/contract/errors.ts'
import { type Settings, settingsSchema } from '../../core/contract/settings.ts'
import { documentRoutes } from '../../core/http/document.ts'
import type { Env } from '../../core/http/env.ts'
import { EventHistory } from '../../core/http/event-history.ts'
import { EventSocket, eventRoutes } from '../../core/http/events.ts'
import { createFrame } from '../../core/http/frame.ts'
import { Listeners } from '../../core/http/listeners.ts'
import { LiveRequests } from '../../core/http/live.ts'
import { pageRoutes } from '../../core/http/page.ts'
import { serve } from '../../core/http/serve.ts'
import type { RefusedFacts, TlsFiles } from '../../core/http/server.ts'
import { sseResponse } from '../../core/http/sse.ts'
import { Bus } from '../../core/platform/bus.ts'
import { systemClock } from '../../core/platform/clock.ts'
import { Database } from '../../core/platform/database.ts'
import { LogFile } from '../../core/platform/log-file.ts'
import { createLogger } from '../../core/platform/logger.ts'
import { Access } from '../../core/security/access.ts'
import { Audit } from '../../core/security/audit.ts'
import { Keys } from '../../core/security/keys.ts'
import { auditRefusal } from '../../core/security/refusals.ts'
import { securityRoutes } from '../../core/security/routes.ts'
import { Sessions } from '../../core/security/sessions.ts'
import { SignIn } from '../../core/security/sign-in.ts'

const message = z.object({ role: z.string(), content: z.string() })

/** Takes a chat, as the real routes do, and says how long it was. */
const measure = endpoint({
  id: 'measure',
  method: 'post',
  path: '/v1/measure',
  summary: 'Counts messages',
  scope: 'inference',
  request: z.object({
    messages: z.array(message),
    temperature: z.number().optional(),
    tools: z.array(z.unknown()).optional(),
  }),
  response: z.object({ messages: z.int() }),
})

/** Streams numbers, fast or slowly, until nobody wants them. */
const count = endpoint({
  id: 'count',
  method: 'post',
  path: '/v1/count',
  summary: 'Counts for ever',
  scope: 'inference',
  request: z.object({
    pause: z.number().default(5),
    bytes: z.int().default(10),
    events: z.int().default(1e9),
  }),
  response: z.object({}),
  stream: 'text/event-stream',
})

const change = endpoint({
  id: 'change',
  method: 'post',
  path: '/api/change',
  summary: 'Changes something',
  scope: 'admin',
  request: z.object({}),
  response: z.object({ changed: z.boolean() }),
})

const health = endpoint({
  id: 'health',
  method: 'get',
  path: '/health',
  summary: 'Whether the core answers',
  scope: 'public',
  response: z.object({ status: z.string() }),
})

export interface DoorOptions {
  readonly server?: Partial<Omit<Settings['server'], 'limits'>>
  readonly limits?: Partial<Settings['server']['limits']>
  readonly tls?: TlsFiles
}

/** The core's doors and locks, all real, with small operations behind them in place of models. */
export async function openDoor(options: DoorOptions = {}) {
  const home = await mkdtemp(join(tmpdir(), 'impetus-door-'))
  const defaults = settingsSchema.parse({}).server
  let settings: Settings['server'] = {
    ...defaults,
    ...options.server,
    limits: { ...defaults.limits, ...options.limits },
  }
  const logLines: string[] = []
  const log = createLogger({ write: line => logLines.push(line) }, 'debug')
  const bus = new Bus(error => log.error('a listener threw', error))
  const clock = systemClock
  const database = new Database({ path: join(home, 'impetus.db'), backups: join(home, 'backups'), log })
  const auditPath = join(home, 'audit.jsonl')
  const audit = new Audit({
    file: new LogFile({ path: auditPath, maxBytes: 1e6, maxFiles: 2 }),
    path: auditPath,
    bus,
    clock,
  })
  const keys = new Keys(database, clock)
  const sessions = new Sessions(database, clock)
  const signIn = new SignIn({ sessions, audit, clock })
  const live = new LiveRequests()
  const history = new EventHistory(bus, clock)
  let port = 0
  const access = new Access({
    keys,
    sessions,
    audit,
    clock,
    requireKey: () => settings.requireKey,
    port: () => port,
  })
  const identify = access.identify
  const app = createFrame({ log, settings: () => settings, live, identify })
  const eventSocket = new EventSocket({
    history,
    live,
    log,
    identify,
    stallMilliseconds: () => settings.limits.stalledReaderSeconds * 1000,
  })
  const refused: { error: ImpetusError; facts: RefusedFacts }[] = []
  const listeners = new Listeners({
    fetch: app.fetch,
    upgrade: eventSocket.upgrade,
    onRefused: (error, facts) => {
      refused.push({ error, facts })
      auditRefusal(audit, error, facts)
    },
    log,
    settings: () => settings,
    live,
  })
  const streams = mountOperations(app)
  eventRoutes(app, history)
  documentRoutes(app, '0.0.0-test')
  pageRoutes(app, '0.0.0-test')
  securityRoutes(app, {
    keys,
    sessions,
    signIn,
    audit,
    live,
    clock,
    address: () => `http://127.0.0.1:${port}`,
    port: () => port,
  })

  database.start()
  keys.start()
  sessions.start()
  audit.start()
  history.start()
  const facts = await listeners.listenTcp({ port: 0, host: settings.host, tls: options.tls ?? null })
  port = facts.port
  const socketPath = join(home, 'impetus.sock')
  await listeners.listenSocket(socketPath)

  return {
    app,
    audit,
    bus,
    database,
    facts,
    home,
    history,
    keys,
    listeners,
    live,
    logLines,
    port,
    refused,
    signIn,
    socketPath,
    /** Streams of `/v1/count` that run now, and when the last one stopped. */
    streams,
    url: `http://127.0.0.1:${port}`,
    changeSettings: (change: Partial<Settings['server']>) => {
      settings = { ...settings, ...change }
    },
    async close() {
      eventSocket.stop()
      history.stop()
      await listeners.stop()
      audit.stop()
      database.stop()
      await rm(home, { recursive: true, force: true })
    },
  }
}

export type Door = Awaited<ReturnType<typeof openDoor>>

function mountOperations(app: Hono<Env>) {
  const streams = { running: 0, lastStopped: 0, produced: 0 }
  serve(app, health, () => ({ status: 'ok' }))
  serve(app, measure, ({ body }) => ({ messages: body.messages.length }))
  serve(app, change, () => ({ changed: true }))
  serve(app, count, ({ body, context, signal }) => {
    async function* numbers() {
      streams.running++
      try {
        for (let n = 1; n <= body.events; n++) {
          if (body.pause > 0) await sleep(body.pause, undefined, { signal })
          streams.produced++
          yield JSON.stringify({ n, text: 'x'.repeat(body.bytes) })
        }
        yield '[DONE]'
      } finally {
        streams.running--
        streams.lastStopped = performance.now()
      }
    }
    return sseResponse(context, numbers())
  })
  return streams
}
