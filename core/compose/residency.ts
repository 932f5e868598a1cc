import { ImpetusError } from '../contract/errors.ts'
import { inspectCompanions } from '../engine/companions.ts'
import type { Engine, Speculation } from '../engine/engine.ts'
import type { Inspector } from '../engine/inspector/client.ts'
import { createFileTools } from '../engine/inspector/tools.ts'
import { planLoad } from '../engine/plan.ts'
import type { Library } from '../library/types.ts'
import { spawnRole } from '../platform/child.ts'
import { freeMemory, totalMemory } from '../platform/memory.ts'
import type { Profiles } from '../profiles/profiles.ts'
import { given } from '../profiles/values.ts'
import { defaultBudget } from '../residency/budget.ts'
import type { MemoryNeed } from '../residency/needs.ts'
import { preload } from '../residency/preload.ts'
import { PressureWatch } from '../residency/pressure.ts'
import { ModelResidency, type ResidencyLimits } from '../residency/residency.ts'
import type { Base } from './base.ts'

export interface ResidencyInput {
  readonly base: Base
  readonly engine: Engine
  readonly library: Library
  /** Absent where there are no files to look into. */
  readonly inspector: Inspector | undefined
  readonly profiles: Profiles
}

/** Brings the models in memory: none yet, but those to preload begin to come. */
export async function startResidency(
  { base, engine, library, inspector, profiles }: ResidencyInput,
  stack: AsyncDisposableStack,
): Promise<ModelResidency> {
  const { settings, bus } = base
  const log = base.log.child({ room: 'residency' })
  const models = () => settings.current.models
  let workingSet: number | null = null
  // Asked on every turn; finding it reads a container's limits from files.
  const total = totalMemory()

  const tools = createFileTools(spawnRole)
  const need = async (id: string, available: number, signal: AbortSignal): Promise<MemoryNeed> => {
    const { path } = await library.source(id)
    if (inspector === undefined || path === '') return { bytes: 0, computeBytes: 0 }
    const { facts } = await inspector.inspect(path, signal)
    const values = profiles.effective(id)
    const options = await withDraftPath(given(values), library)
    const companions = await inspectCompanions({ inspector, tools }, options, facts, signal)
    const plan = planLoad(facts, values, available, companions)
    return { bytes: plan.need, computeBytes: plan.compute }
  }
  const limits: ResidencyLimits = {
    need,
    budget: () => models().memoryBytes ?? defaultBudget({ total, platform: process.platform, workingSet }),
    isPinned: id => profiles.effective(id).pinned ?? false,
    keepMilliseconds: id => minutes(profiles.effective(id).idleMinutes ?? null),
    queue: () => ({ length: models().queue.length, milliseconds: models().queue.seconds * 1000 }),
  }
  const residency = new ModelResidency({
    ...limits,
    engine: {
      name: engine.name,
      async load(source, options) {
        const model = await engine.load(source, options)
        workingSet = model.facts.workingSetBytes ?? workingSet
        return model
      },
    },
    source: id => library.source(id),
    loadOptions: id => withDraftPath(profiles.loadOptions(id), library),
    crashLimit: () => settings.current.engine.crashLimit,
    bus,
    log,
  })
  await residency.start()
  stack.defer(() => residency.stop())
  stack.defer(
    settings.onChange((_settings, keys) => {
      if (keys.some(key => key.startsWith('models.') || key.startsWith('engine.'))) residency.reconsider()
    }),
  )
  const pressure = new PressureWatch({
    relieve: () => residency.relieve(),
    // macOS keeps hardly any memory free and gives up its caches on demand, so what is free there says nothing.
    ...(process.platform === 'linux' && { freeShare: () => freeMemory() / total }),
    isHolding: () => residency.memory().usedBytes > 0,
    log,
  })
  await pressure.start()
  stack.defer(() => pressure.stop())
  const ending = new AbortController()
  stack.defer(() => ending.abort())
  void preload(models().preload, library, residency, log, ending.signal)
  return residency
}

function minutes(count: number | null): number {
  return count === null ? Number.POSITIVE_INFINITY : count * 60_000
}

/** The draft model by its file, where one is configured and used. */
async function withDraftPath<
  T extends { readonly draftModel?: string | undefined; readonly speculation?: Speculation | undefined },
>(
  { draftModel, ...options }: T,
  library: Library,
): Promise<Omit<T, 'draftModel'> & { readonly draftPath?: string }> {
  const { speculation = 'auto' } = options
  if (draftModel === undefined || speculation === 'off' || speculation === 'lookup') return options
  const draft = library.find(draftModel)
  if (draft !== undefined) return { ...options, draftPath: (await library.source(draft.id)).path }
  throw new ImpetusError(
    'model_not_found',
    `The draft model "${draftModel}" is not installed. Install it, or leave "draftModel" of this model open.`,
  )
}
