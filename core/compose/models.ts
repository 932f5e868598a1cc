import { join } from 'node:path'
import type { Call } from '../cli/command.ts'
import type { Status } from '../contract/status.ts'
import type { Engine } from '../engine/engine.ts'
import { createInspector, type Inspector } from '../engine/inspector/client.ts'
import { createLlamaEngine } from '../engine/llama.ts'
import { longestByDefault } from '../engine/plan.ts'
import type { PrefixCacheOptions } from '../engine/protocol.ts'
import { defaultWatchdog, type WatchdogLimits } from '../engine/watchdog.ts'
import { ActiveSet } from '../generation/active.ts'
import { ModelGenerator } from '../generation/generator.ts'
import { Prompts } from '../generation/prompts.ts'
import type { Generator } from '../generation/types.ts'
import { placesOf } from '../library/discovery/places.ts'
import { rememberingInspector } from '../library/inspections.ts'
import { FolderLibrary } from '../library/library.ts'
import { LibraryRecords } from '../library/store/records.ts'
import type { Library } from '../library/types.ts'
import { ResponseStore } from '../openai/responses/store.ts'
import { ExitError } from '../platform/exit.ts'
import { hasScriptedEngine } from '../platform/scripted.ts'
import { version } from '../platform/version.ts'
import { withOwnTemplates } from '../profiles/own-templates.ts'
import type { Profiles } from '../profiles/profiles.ts'
import { withSamplingDefaults } from '../profiles/sampling-defaults.ts'
import { given } from '../profiles/values.ts'
import { RecentRequests } from '../requests/requests.ts'
import type { Residency } from '../residency/types.ts'
import { observed } from '../system/engine-health.ts'
import type { Base } from './base.ts'
import { findBuiltIn } from './built-in.ts'
import { findNative, type Native } from './native.ts'
import { startProfiles } from './profiles.ts'
import { withRemotes } from './remotes.ts'
import { startResidency } from './residency.ts'
import { scriptedEngine } from './scripted.ts'

export interface Models {
  readonly scripted: boolean
  readonly records: LibraryRecords
  /** Tells the library that people have given or taken away names. */
  readonly renamed: () => void
  readonly engineHealth: () => Status['engine']
  readonly library: Library
  readonly residency: Residency
  readonly active: ActiveSet
  readonly generator: Generator
  readonly responses: ResponseStore
  readonly prompts: Prompts
  readonly profiles: Profiles
  readonly requests: RecentRequests
  readonly defaultProfile: () => string | null
  /** The context that this model, trained for so many tokens, gets, where the memory allows. */
  readonly contextLength: (trained: number, modelId?: string) => number
}

/** Brings the engine, the models on disk and the models in memory. Loads none. */
export async function startModels(call: Call, base: Base, stack: AsyncDisposableStack): Promise<Models> {
  const { bus, settings } = base
  const records = new LibraryRecords(base.database, version())
  records.start()
  const { scripted, inspector, renamed, ...local } = await chooseEngine(call, base, records)
  const remotes = withRemotes(local, settings.current.remote.servers, call.env, base.log)
  const { engine: bare, library } = remotes
  const { engine, health } = observed(bare)
  await library.start()
  stack.defer(() => library.stop())

  const profiles = startProfiles(base, () => residency.reconsider())
  const residency = await startResidency({ base, engine, library, inspector, profiles }, stack)
  stack.defer(
    settings.onChange(({ remote }, keys) => {
      if (!keys.some(key => key.startsWith('remote.'))) return
      // What runs on a server that is gone runs to its end.
      void remotes.use(remote.servers).then(gone => Promise.all(gone.map(id => residency.unload(id))))
    }),
  )
  const active = new ActiveSet()
  const requests = new RecentRequests(() => settings.current.requests, base.clock)
  stack.defer(settings.onChange(() => requests.trim()))
  const files = withOwnTemplates(library, id => profiles.effective(id).chatTemplate !== undefined)
  const plain = new ModelGenerator({ library: files, residency, active, bus })
  const defaults = (id: string) => ({
    // What Ollama was told of a model holds until something else is said here.
    ...library.find(id)?.ollama?.sampling,
    ...given(profiles.effective(id).sampling ?? {}),
  })
  const generator = requests.watching(withSamplingDefaults(plain, defaults))
  const prompts = new Prompts(residency)
  const responses = startResponses(base, stack)
  const contextLength = (trained: number, id = '') =>
    library.find(id)?.origin === 'remote'
      ? trained
      : Math.min(trained, profiles.effective(id).contextLength ?? longestByDefault)
  return {
    scripted,
    records,
    renamed: renamed ?? (() => {}),
    engineHealth: health,
    library,
    residency,
    active,
    generator,
    prompts,
    responses,
    profiles,
    requests,
    defaultProfile: () => settings.current.models.profile,
    contextLength,
  }
}

function startResponses({ database, clock, settings }: Base, stack: AsyncDisposableStack): ResponseStore {
  const responses = new ResponseStore({ database, clock, settings: () => settings.current.responses })
  responses.start()
  stack.defer(() => responses.stop())
  settings.onChange((_settings, keys) => {
    if (keys.includes('responses.store')) responses.sweep()
  })
  return responses
}

interface Chosen {
  readonly engine: Engine
  readonly library: Library
  readonly scripted: boolean
  readonly renamed?: () => void
  /** Absent where the models are no files. */
  readonly inspector?: Inspector
}

async function chooseEngine(call: Call, base: Base, records: LibraryRecords): Promise<Chosen> {
  const name = call.options.engine ?? 'llama.cpp'
  const scripted = name === 'scripted' ? await scriptedEngine(call.env) : undefined
  if (scripted !== undefined) return { ...scripted, scripted: true }
  if (name !== 'llama.cpp') {
    const names = hasScriptedEngine ? 'llama.cpp or scripted' : 'llama.cpp'
    throw new ExitError('usage', `--engine is "${name}": must be ${names}.`)
  }
  return { ...llamaCpp(call, base, records, await findNative(base.paths)), scripted: false }
}

function llamaCpp(
  call: Call,
  base: Base,
  records: LibraryRecords,
  { spawn, folder }: Native,
): Omit<Chosen, 'scripted'> {
  const { paths, settings, bus, log } = base
  const templateDeadline = () => settings.current.engine.templateSeconds * 1000
  const inspector = rememberingInspector(createInspector({ spawn, templateDeadline: templateDeadline() }))
  const library = new FolderLibrary({
    folders: () =>
      placesOf({
        env: call.env,
        platform: process.platform,
        own: paths.models,
        linked: records.linked.paths,
        configured: settings.current.models.folders,
        places: settings.current.library.places,
      }),
    aliases: () => records.aliases.all,
    kept: records.facts,
    links: join(paths.home, 'cache', 'links'),
    builtIn: findBuiltIn(folder),
    preferred: () => settings.current.models.default,
    inspector,
    bus,
    log: log.child({ room: 'library' }),
  })
  settings.onChange((_settings, keys) => {
    if (keys.some(key => key === 'models.folders' || key.startsWith('library.places'))) void library.rescan()
  })
  return {
    engine: createLlamaEngine({
      spawn,
      inspector,
      log: log.child({ room: 'engine' }),
      templateDeadline,
      watchdog: () => watchdogLimits(settings.current.engine.hang),
      prefixCache: () => prefixCache(paths.prefixCache, settings.current.engine.prefixCache),
    }),
    library,
    renamed: () => library.renamed(),
    inspector,
  }
}

function prefixCache(
  folder: string,
  { disk, maxGigabytes, maxDays }: Base['settings']['current']['engine']['prefixCache'],
): PrefixCacheOptions | undefined {
  return disk ? { folder, maxBytes: maxGigabytes * 1e9, maxAgeDays: maxDays } : undefined
}

/** Three heartbeats may be missed. */
function watchdogLimits({
  silenceSeconds,
  stepSeconds,
}: Base['settings']['current']['engine']['hang']): WatchdogLimits {
  const silence = silenceSeconds * 1000
  return { ...defaultWatchdog, heartbeat: silence / 3, silence, step: stepSeconds * 1000 }
}
