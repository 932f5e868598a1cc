import { z } from 'zod'
import { conversion } from './conversions.ts'
import { download } from './downloads.ts'
import { endpoint } from './endpoint.ts'
import { homeLayout } from './home-layout.ts'
import { alert, monitoringSample } from './monitoring.ts'
import { hostFacts } from './tray.ts'

/** One request's life, as told on the bus. Never the prompt, never the answer. */
const requestFacts = {
  id: z.string(),
  model: z.string(),
  route: z.string(),
  client: z.string().nullable().meta({ description: 'The User-Agent as sent, cut to 200 characters' }),
  keyName: z.string().nullable().meta({ description: 'Of the API key, where one was sent' }),
}

/** Every topic on the event stream with the shape of its data. */
export const topics = {
  'core.changed': z.object({
    state: z.enum(['starting', 'running', 'draining', 'stopped']),
    activeRequests: z.int(),
  }),
  'model.changed': z.object({
    model: z.string(),
    state: z.enum(['loading', 'loaded', 'unloading', 'unloaded', 'crashed', 'quarantined']),
    progress: z.number().nullable().meta({ description: '0 to 1 while loading' }),
    reason: z.string().nullable(),
    roomFor: z.string().nullable().meta({ description: 'While unloading: the model that needs its place' }),
  }),
  'models.changed': z.object({ count: z.int() }),
  'library.changed': z.object({
    model: z.string().nullable(),
    what: z.enum(['labels', 'verification', 'hash', 'trash', 'uploads']),
  }),
  'request.started': z.object(requestFacts),
  'request.progress': z
    .object({
      id: z.string(),
      model: z.string(),
      promptTokens: z.int(),
      completionTokens: z.int(),
      tokensPerSecond: z.number().nullable().meta({ description: 'Since the first token' }),
    })
    .meta({ description: 'Once the prompt is counted, then at most once a second while tokens come' }),
  'request.finished': z.object({
    ...requestFacts,
    outcome: z.enum(['finished', 'cancelled', 'failed']),
    code: z.string().nullable(),
    promptTokens: z.int(),
    cachedTokens: z.int(),
    completionTokens: z.int(),
    milliseconds: z.number(),
    firstTokenMilliseconds: z.number().nullable(),
  }),
  'download.changed': download,
  'conversion.changed': conversion,
  'download.removed': z.object({ id: z.string() }),
  'settings.changed': z.object({ keys: z.array(z.string()), restartNeeded: z.array(z.string()) }),
  'host.changed': hostFacts,
  'audit.recorded': z.object({ event: z.string() }),
  'alert.changed': alert,
  'home.changed': homeLayout,
  'insights.changed': z.object({ count: z.int() }),
  'monitoring.sample': monitoringSample,
} as const satisfies Record<string, z.ZodType>

export type Topic = keyof typeof topics

/**
 * Topics whose facts are worth nothing a second later: they are not kept for readers who were away, carry the `seq` of
 * the fact before them, and go only to those who name them.
 */
export const momentaryTopics: ReadonlySet<string> = new Set<Topic>(['monitoring.sample'])
export type TopicData<T extends Topic> = z.output<(typeof topics)[T]>

/** What travels on `/api/events`, over SSE and WebSocket alike. `epoch` names one run of the core; `seq` counts up by one within it. */
export interface Frame<T extends Topic = Topic> {
  readonly epoch: string
  readonly seq: number
  readonly time: number
  readonly topic: T
  readonly data: TopicData<T>
}

/** What the stream itself says, between the facts. These carry the `seq` of the fact before them. */
export const streamTopics = {
  'stream.heartbeat': z
    .object({})
    .meta({ description: 'Sent first and then every 5 s; a reader that hears none for 15 s is cut off' }),
  'stream.gap': z.object({ lost: z.int().nullable() }).meta({
    description: 'Facts were missed (null: unknown how many, the core was restarted): fetch the state anew',
  }),
} as const satisfies Record<string, z.ZodType>

export type StreamTopic = keyof typeof streamTopics

export const streamEvents = endpoint({
  id: 'streamEvents',
  method: 'get',
  path: '/api/events',
  summary: 'What happens in the core, as server-sent events or over a WebSocket',
  scope: 'admin',
  query: z.object({
    topics: z
      .string()
      .optional()
      .meta({ description: 'Only these topics, separated by commas; "model." means all that begin so' }),
    after: z
      .string()
      .optional()
      .meta({ description: 'Resume after this event id (epoch:seq), as Last-Event-ID does' }),
  }),
  response: z.object({
    epoch: z.string(),
    seq: z.int(),
    time: z.int().meta({ description: 'Milliseconds since 1970' }),
    topic: z.string(),
    data: z.record(z.string(), z.unknown()),
  }),
  stream: 'text/event-stream',
})
