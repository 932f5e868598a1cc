import type { Engine } from '../engine/engine.ts'
import type { Inspector } from '../engine/inspector/client.ts'
import { planLoad } from '../engine/plan.ts'
import type { Library } from '../library/types.ts'
import { totalMemory } from '../platform/memory.ts'
import type { Profiles } from '../profiles/profiles.ts'
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

  const need = async (id: string, available: number, signal: AbortSignal): Promise<MemoryNeed> => {
    const { path } = await library.source(id)
    if (inspector === undefined || path === '') return { bytes: 0, computeBytes: 0 }
    const { facts } = await inspector.inspect(path, signal)
    const plan = planLoad(facts, profiles.effective(id), available)
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
    loadOptions: id => profiles.loadOptions(id),
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
