import { z } from 'zod'
import { endpoint } from './endpoint.ts'

const time = z.int().meta({ description: 'Milliseconds since 1970' })
/** `null`: no source on this machine tells it, or none did yet. Never 0 in its place. */
const known = z.number().nullable()

/**
 * What is measured. A figure that is a `mean` is averaged over time when it is thinned, of a `most` the largest stays,
 * a `sum` counts what happened.
 */
export const figures = {
  cpu: { is: 'mean', about: 'Share of all processors that was busy, 0 to 1' },
  memoryUsed: { is: 'mean', about: 'Bytes of memory that programs use' },
  modelsMemory: { is: 'mean', about: 'Bytes that the loaded models take' },
  gpu: { is: 'mean', about: 'Share of the GPU that was busy, 0 to 1' },
  gpuMemory: { is: 'mean', about: 'Bytes of graphics memory in use' },
  temperature: { is: 'most', about: 'Degrees Celsius of the processor, else of the GPU' },
  thermal: { is: 'most', about: '0 nominal, 1 fair, 2 serious (the system slows itself down), 3 critical' },
  watts: { is: 'mean', about: 'Watts that the GPU takes' },
  charge: { is: 'mean', about: 'Charge of the battery, 0 to 1' },
  diskFree: { is: 'mean', about: 'Bytes free where the models are' },
  running: { is: 'mean', about: 'Requests being worked on' },
  waiting: { is: 'mean', about: 'Requests that wait for a model or a slot' },
  written: { is: 'sum', about: 'Tokens written' },
  prompt: { is: 'sum', about: 'Tokens of prompts' },
  cached: { is: 'sum', about: 'Of these, tokens that were not computed again' },
  finished: { is: 'sum', about: 'Requests that were answered' },
  failed: { is: 'sum', about: 'Requests that failed' },
} as const satisfies Record<string, { is: 'mean' | 'most' | 'sum'; about: string }>

export type Figure = keyof typeof figures
export const figureNames = Object.keys(figures) as Figure[]

const figureFields = Object.fromEntries(
  figureNames.map(name => [name, known.meta({ description: figures[name].about })]),
) as Record<Figure, typeof known>

/** The figures of some seconds. */
export const monitoringSample = z
  .object({
    time: time.meta({ description: 'Of its end, in milliseconds since 1970' }),
    seconds: z.number().meta({ description: 'How long a time it tells of' }),
    ...figureFields,
  })
  .meta({ id: 'MonitoringSample' })
export type MonitoringSample = z.output<typeof monitoringSample>

const absence = z.object({
  figure: z.enum(figureNames),
  why: z.enum(['machine', 'menuBar']).meta({
    description: 'No source on this machine; or only the menu bar app tells it, and it is not connected',
  }),
})

/** What `place` of an alert can be: a screen of the dashboard. */
const screen = z.enum(['home', 'models', 'connect', 'activity', 'settings'])

export const alertKinds = [
  'memory',
  'thermal',
  'crashLoop',
  'disk',
  'downloadFailed',
  'keyUnused',
  'keyAbused',
] as const
export type AlertKind = (typeof alertKinds)[number]

export const alert = z
  .object({
    id: z.string().meta({ description: 'Of the kind and what it is about: the same each time it is raised' }),
    kind: z.enum(alertKinds),
    severity: z.enum(['warning', 'critical']),
    subject: z.string().nullable().meta({ description: 'The model, download or key that it is about' }),
    value: known.meta({ description: 'As measured last, in the unit of the threshold' }),
    threshold: known,
    raisedAt: time,
    clearedAt: time.nullable().meta({ description: 'null while it lasts' }),
    message: z.string().meta({ description: 'What is wrong and what can be done, in English' }),
    place: screen.meta({ description: 'The screen of the dashboard where something can be done about it' }),
  })
  .meta({ id: 'Alert' })
export type Alert = z.output<typeof alert>

const span = { from: time, to: time }
/** Ids of some of the requests that show it, the newest first. */
const requests = z.array(z.string()).max(5)

export const insight = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('slower'),
      model: z.string(),
      since: time,
      before: z.number().meta({ description: 'Tokens a second, the median before' }),
      now: z.number().meta({ description: 'The median since' }),
      requestsBefore: z.int(),
      requestsSince: z.int(),
      requests,
    }),
    z.object({
      kind: z.literal('evicted'),
      model: z.string().meta({ description: 'That had to leave the memory' }),
      by: z.string().meta({ description: 'The model that needed its place' }),
      client: z
        .string()
        .nullable()
        .meta({ description: 'Who asked for that model, where all or nearly all were one' }),
      count: z.int(),
      ...span,
      requests,
    }),
    z.object({
      kind: z.literal('cacheLost'),
      client: z.string(),
      cause: z.string().meta({ description: 'As the cause of a request’s cache miss' }),
      count: z.int().meta({ description: 'Requests' }),
      of: z.int().meta({ description: 'Requests of this client in that time' }),
      tokens: z.int().meta({ description: 'Of prompts, computed again' }),
      milliseconds: known.meta({ description: 'That this took, about' }),
      ...span,
      requests,
    }),
  ])
  .meta({ id: 'Insight' })
export type Insight = z.output<typeof insight>

export const historyEventKinds = [
  'core.started',
  'model.loaded',
  'model.evicted',
  'model.crashed',
  'model.quarantined',
  'alert.raised',
  'alert.cleared',
] as const
export type HistoryEventKind = (typeof historyEventKinds)[number]

const historyEvent = z
  .object({
    time,
    kind: z.enum(historyEventKinds),
    subject: z.string().nullable().meta({ description: 'The model, or the alert’s id' }),
    by: z.string().nullable().meta({ description: 'Of an eviction: the model that needed the place' }),
  })
  .meta({ id: 'HistoryEvent' })
export type HistoryEvent = z.output<typeof historyEvent>

const range = {
  from: z.coerce.number().int().min(0).meta({ description: 'Milliseconds since 1970' }),
  to: z.coerce
    .number()
    .int()
    .min(0)
    .optional()
    .meta({ description: 'Milliseconds since 1970; now where it is missing' }),
}

export const getMonitoring = endpoint({
  id: 'getMonitoring',
  method: 'get',
  path: '/api/monitoring',
  summary: 'The machine and the core now, and in the last five minutes',
  scope: 'admin',
  response: z.object({
    recent: z.array(monitoringSample).meta({ description: 'The oldest first; the last is now' }),
    asked: z
      .boolean()
      .meta({ description: 'Whether every source has been asked once, as begins when somebody looks' }),
    absent: z.array(absence).meta({ description: 'Figures that have no source here, once all were asked' }),
    memoryTotal: z.int(),
    diskTotal: z.int().nullable(),
    modelsBudget: z.int(),
  }),
})

export const listAlerts = endpoint({
  id: 'listAlerts',
  method: 'get',
  path: '/api/monitoring/alerts',
  summary: 'What is wrong now',
  scope: 'admin',
  response: z.object({ alerts: z.array(alert) }),
})

export const getHistory = endpoint({
  id: 'getHistory',
  method: 'get',
  path: '/api/monitoring/history',
  summary: 'The figures of a time that is past, in at most so many steps',
  scope: 'admin',
  query: z.object({
    ...range,
    points: z.coerce.number().int().min(1).max(2000).default(300),
  }),
  response: z.object({
    step: z.number().meta({ description: 'Seconds that one sample tells of' }),
    samples: z.array(monitoringSample).meta({ description: 'The oldest first; where nothing is known none' }),
  }),
})

export const listHistoryEvents = endpoint({
  id: 'listHistoryEvents',
  method: 'get',
  path: '/api/monitoring/events',
  summary: 'What happened in a time that is past, the newest first',
  scope: 'admin',
  query: z.object({ ...range, limit: z.coerce.number().int().min(1).max(1000).default(200) }),
  response: z.object({ events: z.array(historyEvent) }),
})

export const listInsights = endpoint({
  id: 'listInsights',
  method: 'get',
  path: '/api/monitoring/insights',
  summary: 'What the history tells, each with its evidence; the weightiest first',
  scope: 'admin',
  response: z.object({ insights: z.array(insight) }),
})

export const getMetrics = endpoint({
  id: 'getMetrics',
  method: 'get',
  path: '/metrics',
  summary: 'Metrics for Prometheus: impetus_* and the llamacpp:* names that tools read',
  scope: 'inference',
  response: z.string(),
  media: 'text/plain',
})
