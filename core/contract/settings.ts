import { z } from 'zod'
import { alerts } from './alert-settings.ts'
import { endpoint } from './endpoint.ts'
import { library } from './library-settings.ts'
import { server } from './server-settings.ts'
import { kibibyte, mebibyte, setting } from './setting.ts'

const models = z.object({
  folders: setting(z.array(z.string().min(1).max(4096)).max(50).default([]), {
    title: 'Further model folders',
    help: 'Whole paths of folders with .gguf files, read beside ~/Models and the models folder in the home.',
    env: 'IMPETUS_MODELS',
  }),
  default: setting(z.string().min(1).max(255).nullable().default(null), {
    title: 'Default model',
    help: 'Answers requests that name no model. Empty: the model used last, else the built-in one.',
    env: 'IMPETUS_DEFAULT_MODEL',
    flag: 'model',
  }),
  memoryBytes: setting(
    z
      .int()
      .min(256 * mebibyte)
      .nullable()
      .default(null),
    {
      title: 'Memory for models',
      help: 'Bytes that all loaded models may take together. Empty: all but 2 GB; on a Mac what its graphics system recommends.',
      env: 'IMPETUS_MEMORY',
      flag: 'memory',
    },
  ),
  profile: setting(z.string().min(1).max(63).nullable().default(null), {
    title: 'Profile',
    help: 'For models that have none of their own: fast, balanced, long-context, battery or one of yours.',
  }),
  idleMinutes: setting(z.number().min(0).max(525_600).nullable().default(30), {
    title: 'Unload idle models',
    help: 'Minutes without a request after which a model leaves the memory. Empty: it stays until another needs the room.',
  }),
  preload: setting(z.array(z.string().min(1).max(255)).max(20).default([]), {
    title: 'Load at start',
    help: 'Models that are brought into memory before anybody asks for them.',
    restart: true,
  }),
  queue: z
    .object({
      length: setting(z.int().min(1).max(10_000).default(256), {
        title: 'Requests that may wait',
        help: 'For a model, or for a slot of it. Further ones are refused with 429.',
      }),
      seconds: setting(z.number().min(1).max(86_400).default(600), {
        title: 'Longest wait for a model',
        help: 'Seconds, the time it takes to load included. Then the request is refused with 503.',
      }),
    })
    .prefault({}),
})

const engine = z.object({
  threads: setting(z.int().min(1).max(512).nullable().default(null), {
    title: 'Threads',
    help: 'Processor threads per model. Empty: the engine decides.',
    env: 'IMPETUS_THREADS',
    flag: 'threads',
  }),
  contextLength: setting(z.int().min(64).max(16_777_216).nullable().default(null), {
    title: 'Context length',
    help: 'Tokens that prompt and answer may have together. Empty: as long as the model was trained for.',
    env: 'IMPETUS_CONTEXT_LENGTH',
    flag: 'context-length',
  }),
  gpuLayers: setting(z.int().min(0).max(10_000).nullable().default(null), {
    title: 'Layers on the GPU',
    help: 'Empty: all of them where there is a GPU.',
    env: 'IMPETUS_GPU_LAYERS',
    flag: 'gpu-layers',
  }),
  crashLimit: z
    .object({
      count: setting(z.int().min(1).max(1_000_000).default(5), {
        title: 'Crashes before a model is set aside',
        help: 'A model that crashes this often within the time below is not loaded again until a restart.',
      }),
      seconds: setting(z.int().min(1).max(86_400).default(60), {
        title: 'Within this time',
        help: 'Seconds in which the crashes are counted.',
      }),
    })
    .prefault({}),
  hang: z
    .object({
      silenceSeconds: setting(z.number().min(0.3).max(3600).default(15), {
        title: 'Silence of a model’s process',
        help: 'Seconds without a sign of life after which it counts as hung, is ended, and loaded anew when needed.',
      }),
      stepSeconds: setting(z.number().min(1).max(86_400).default(60), {
        title: 'Longest step',
        help: 'Seconds that one computing step may always take; a slow machine has 20 times its last step where that is longer.',
      }),
    })
    .prefault({}),
  prefixCache: z
    .object({
      disk: setting(z.boolean().default(true), {
        title: 'Keep prompts’ states on disk',
        help: 'A conversation goes on quickly after its model was unloaded or the server restarted. The files are private and hold what was computed of prompts.',
      }),
      maxGigabytes: setting(z.number().min(0.01).max(10_000).default(4), {
        title: 'Room for states',
        help: 'Those unused for longest go first.',
      }),
      maxDays: setting(z.number().min(0.01).max(3_650).default(7), {
        title: 'Age of states',
        help: 'Days without use after which a state is deleted.',
      }),
    })
    .prefault({}),
  templateSeconds: setting(z.number().min(0.1).max(600).default(2), {
    title: 'Time for a chat template',
    help: 'Seconds a model’s template may take to render a chat before its process is ended.',
  }),
})

const downloads = z.object({
  parallel: setting(z.int().min(1).max(8).default(2), {
    title: 'Downloads at a time',
    help: 'Further ones wait in a queue.',
  }),
  connections: setting(z.int().min(1).max(16).default(4), {
    title: 'Connections per download',
    help: 'A file is fetched in this many pieces at the same time where the server allows it.',
  }),
  bytesPerSecond: setting(
    z
      .int()
      .min(64 * kibibyte)
      .nullable()
      .default(null),
    {
      title: 'Bandwidth for downloads',
      help: 'Bytes a second for all downloads together. Empty: no limit.',
    },
  ),
  reserveBytes: setting(
    z
      .int()
      .min(0)
      .default(2048 * mebibyte),
    {
      title: 'Disk space kept free',
      help: 'Bytes. A download that would leave less is refused, and one under way is stopped.',
    },
  ),
})

const remoteServer = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,30}$/, 'must be lower-case letters, digits and hyphens'),
  urls: z
    .array(z.url({ protocol: /^https?$/, error: 'must be an http or https address' }).max(2048))
    .min(1)
    .max(64),
  key: z.string().min(1).max(4096).nullable().default(null),
  models: z.array(z.string().min(1).max(255)).max(1000).nullable().default(null),
})

const remote = z.object({
  servers: setting(z.array(remoteServer).max(50).default([]), {
    title: 'Other servers',
    help: 'Servers with OpenAI’s API whose models are listed beside the local ones. Each has a name, its urls (several where it runs several times), a key (the key itself, or env:NAME of a variable) and the models to show (all where absent).',
  }),
})

const requests = z.object({
  keep: setting(z.int().min(0).max(10_000).default(200), {
    title: 'Recent requests',
    help: 'How many are remembered for the requests view, in memory only.',
  }),
  texts: setting(z.boolean().default(true), {
    title: 'Remember their texts',
    help: 'Prompts and answers beside the figures, in memory only, for callers with the admin scope.',
  }),
})

const logs = z.object({
  level: setting(z.enum(['debug', 'info', 'warn', 'error']).default('info'), {
    title: 'Detail',
    help: 'The least important lines that are kept.',
    env: 'IMPETUS_LOG_LEVEL',
    flag: 'log-level',
  }),
  maxBytes: setting(
    z
      .int()
      .min(64 * kibibyte)
      .max(1024 * mebibyte)
      .default(5 * mebibyte),
    {
      title: 'Size of a log file',
      help: 'Bytes after which a new file is begun.',
    },
  ),
  maxFiles: setting(z.int().min(1).max(100).default(5), {
    title: 'Log files kept',
    help: 'The current one included.',
  }),
})

const ollama = z.object({
  listen: setting(z.boolean().default(false), {
    title: 'Answer on Ollama’s port too',
    help: 'For programs that look for Ollama on this machine and cannot be told another address.',
    restart: true,
  }),
  port: setting(z.int().min(0).max(65_535).default(11_434), {
    title: 'Ollama’s port',
    help: 'On this machine only. 0 takes any free one.',
    restart: true,
  }),
})

const responses = z.object({
  store: setting(z.boolean().default(true), {
    title: 'Keep responses',
    help: 'Responses (of /v1/responses) are kept with their input, for clients that go on from them. Off: nothing is kept, and what was is deleted.',
  }),
  keepHours: setting(z.int().min(1).max(720).default(24), {
    title: 'Time that responses are kept',
    help: 'Hours since a response was made or gone on from.',
  }),
})

const sections = z.object({
  server: server.prefault({}).meta({ title: 'Server' }),
  models: models.prefault({}).meta({ title: 'Models' }),
  library: library.prefault({}).meta({ title: 'Library' }),
  engine: engine.prefault({}).meta({ title: 'Engine' }),
  downloads: downloads.prefault({}).meta({ title: 'Downloads' }),
  responses: responses.prefault({}).meta({ title: 'Responses' }),
  ollama: ollama.prefault({}).meta({ title: 'Ollama’s clients' }),
  requests: requests.prefault({}).meta({ title: 'Recent requests' }),
  remote: remote.prefault({}).meta({ title: 'Other servers' }),
  alerts: alerts.prefault({}).meta({ title: 'Alerts' }),
  logs: logs.prefault({}).meta({ title: 'Logs' }),
})

/** The whole, with the rules that join several settings. */
export const settingsSchema = sections.superRefine(({ server }, context) => {
  const complain = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message })
  if ((server.tls.cert === null) !== (server.tls.key === null)) {
    complain(['server', 'tls'], 'needs both a certificate (cert) and its key (key), or neither')
  }
  if (!isLoopback(server.host) && !(server.requireKey && server.tls.cert !== null)) {
    complain(
      ['server', 'host'],
      'would open Impetus to other machines, which needs server.requireKey, server.tls.cert and server.tls.key',
    )
  }
})

/** Addresses that only this machine can reach. Names are not resolved: what they mean can change. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}

export type Settings = z.output<typeof settingsSchema>
/** What the file may hold: any part of the settings. */
export type SettingsInput = z.input<typeof settingsSchema>

const settingsAnswer = z.object({
  settings: sections.meta({ description: 'In force now' }),
  overridden: z
    .record(z.string(), z.string())
    .meta({ description: 'Settings that the environment or a flag decides, with the name of what decides' }),
  restartNeeded: z.array(z.string()).meta({ description: 'Changed in the file, in force after a restart' }),
  warnings: z.array(z.string()),
})
export type SettingsAnswer = z.output<typeof settingsAnswer>

export const getSettings = endpoint({
  id: 'getSettings',
  method: 'get',
  path: '/api/settings',
  summary: 'The settings in force and where they come from',
  scope: 'admin',
  response: settingsAnswer,
})

export const updateSettings = endpoint({
  id: 'updateSettings',
  method: 'patch',
  path: '/api/settings',
  summary: 'Changes some settings in the file; null brings a default back',
  scope: 'admin',
  request: z.record(z.string(), z.unknown()),
  response: settingsAnswer,
})

export const getSettingsSchema = endpoint({
  id: 'getSettingsSchema',
  method: 'get',
  path: '/api/settings/schema',
  summary: 'The settings as JSON Schema, with titles, help and defaults',
  scope: 'admin',
  response: z.record(z.string(), z.unknown()),
})
