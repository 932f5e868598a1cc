/** A folder of core/ and what its files may import from outside of it. Tests beside the files are free. */
export interface Room {
  readonly name: string
  readonly holds: string
  /** Rooms whose values it may use. */
  readonly values: readonly string[]
  /** Rooms whose types it may use beyond those. */
  readonly types: 'all' | 'none'
  /** Packages from npm. Node's own modules are free. */
  readonly packages: readonly string[]
}

const shared = ['contract', 'platform', 'http']

/** Who may import what. docs/architecture.md shows the same table. */
export const rooms: readonly Room[] = [
  {
    name: 'contract',
    holds: 'the wire: operations, settings, events, error codes, as schemas',
    values: [],
    types: 'none',
    packages: ['zod'],
  },
  {
    name: 'platform',
    holds: 'bus, paths, log, database, lock, files, clock, children; knows nothing of models',
    values: ['contract'],
    types: 'none',
    packages: ['pino'],
  },
  {
    name: 'engine',
    holds: 'the one engine interface, the runner and the inspector, the scripted engine of the tests',
    values: ['contract', 'platform'],
    types: 'none',
    packages: ['@huggingface/jinja'],
  },
  {
    name: 'http',
    holds: 'listeners, guard, limits, errors, server-sent events, event stream, OpenAPI',
    values: ['contract', 'platform'],
    types: 'none',
    packages: ['@hono/node-server', 'hono', 'ws', 'zod'],
  },
  {
    name: 'residency',
    holds: 'which models are in memory: one budget, queue, idle and pinned models',
    values: shared,
    types: 'all',
    packages: ['hono'],
  },
  {
    name: 'profiles',
    holds: 'how each model is loaded and asked, and named sets of such values',
    values: shared,
    types: 'all',
    packages: ['hono'],
  },
  {
    name: 'requests',
    holds: 'what was asked lately, and why it took as long as it did',
    values: shared,
    types: 'all',
    packages: ['hono'],
  },
  {
    name: 'library',
    holds: 'model files on disk',
    values: shared,
    types: 'all',
    packages: ['hono', 'zod'],
  },
  {
    name: 'downloads',
    holds: 'models from the hub: search, jobs, transfer',
    values: shared,
    types: 'all',
    packages: ['zod'],
  },
  {
    name: 'conversion',
    holds: 'models of other formats: what they are, and GGUF files made of them',
    values: shared,
    types: 'all',
    packages: [],
  },
  {
    name: 'generation',
    holds: 'what every dialect shares',
    values: shared,
    types: 'all',
    packages: [],
  },
  {
    name: 'openai',
    holds: 'OpenAI’s requests and answers, to and from the engine’s',
    values: [...shared, 'generation'],
    types: 'all',
    packages: ['hono'],
  },
  {
    name: 'anthropic',
    holds: 'Anthropic’s requests and answers, to and from the engine’s',
    values: [...shared, 'generation'],
    types: 'all',
    packages: ['hono'],
  },
  {
    name: 'ollama',
    holds: 'Ollama’s requests and answers, to and from the engine’s',
    values: [...shared, 'generation'],
    types: 'all',
    packages: ['hono'],
  },
  {
    name: 'lmstudio',
    holds: 'LM Studio’s lists of models',
    values: shared,
    types: 'all',
    packages: ['hono'],
  },
  {
    name: 'llama-server',
    holds: 'what editors ask of llama.cpp’s own server',
    values: [...shared, 'generation'],
    types: 'all',
    packages: ['hono'],
  },
  {
    name: 'connect',
    holds: 'what to paste into editors and agents, so that they ask this server',
    values: shared,
    types: 'all',
    packages: ['hono', 'smol-toml', 'yaml'],
  },
  {
    name: 'settings',
    holds: 'settings.json, environment and flags, as one value',
    values: shared,
    types: 'all',
    packages: ['@humanwhocodes/momoa', 'hono', 'zod'],
  },
  { name: 'logs', holds: 'reading the log', values: shared, types: 'all', packages: [] },
  {
    name: 'security',
    holds: 'keys, sign-in, audit',
    values: shared,
    types: 'all',
    packages: ['hono'],
  },
  {
    name: 'system',
    holds: 'the machine and the core’s own state',
    values: shared,
    types: 'all',
    packages: ['hono'],
  },
  {
    name: 'tray',
    holds: 'what the menu bar posts and asks, on the socket only',
    values: shared,
    types: 'all',
    packages: ['hono'],
  },
  {
    name: 'monitoring',
    holds:
      'what the machine and the core do, did, and what is wrong: samples, history, alerts, insights, metrics',
    values: shared,
    types: 'all',
    packages: ['hono', 'systeminformation'],
  },
  {
    name: 'dashboard',
    holds: 'the built dashboard’s files, as the browser gets them',
    values: shared,
    types: 'all',
    packages: [],
  },
  {
    name: 'cli',
    holds: 'the impetus command, which talks to the core over the socket',
    values: ['contract', 'platform'],
    types: 'none',
    packages: ['jsonc-parser', 'smol-toml', 'yaml', 'zod'],
  },
]

/** Packages that only some files of a room may import, each with the reason. */
export const confined: readonly {
  readonly package: string
  readonly folder: string
  readonly because: string
}[] = [
  {
    package: 'node-llama-cpp',
    folder: 'core/engine/runner/',
    because: 'native code can abort its process: only a child may load it',
  },
  {
    package: 'systeminformation',
    folder: 'core/monitoring/sources/',
    because: 'it takes 13 MB and 50 ms: loaded only while somebody looks or something runs',
  },
]

/** What puts the rooms together, and may import all of them. */
export const roots = [
  'core/main.ts',
  'core/serve.ts',
  'core/app.ts',
  'core/compose/base.ts',
  'core/compose/built-in.ts',
  'core/compose/check-engine.ts',
  'core/compose/conversions.ts',
  'core/compose/dialects.ts',
  'core/compose/doors.ts',
  'core/compose/downloads.ts',
  'core/compose/library.ts',
  'core/compose/models.ts',
  'core/compose/monitoring.ts',
  'core/compose/native.ts',
  'core/compose/profiles.ts',
  'core/compose/remotes.ts',
  'core/compose/residency.ts',
  'core/compose/ollama-door.ts',
  'core/compose/scripted.ts',
  'core/compose/security.ts',
  'core/compose/tray.ts',
]

/** Tests beside the sources, and what only they use: cases, generators of values, builders of files. They may import anything. */
export const testFiles = /\.(test|cases|arbitrary|testing)\.ts$/
