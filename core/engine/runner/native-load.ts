import { basename } from 'node:path'
import { ImpetusError } from '../../contract/errors.ts'
import type { RunnerLoadOptions } from '../protocol.ts'
import type { AddonContext, AddonLora, AddonModel, Binding, ContextOptions } from './binding.ts'
import type { RunnerLog } from './log.ts'

/** Makes contexts of one model, each with its adapters. */
export type ContextMaker = (
  options: Pick<ContextOptions, 'contextSize' | 'sequences'> & Partial<ContextOptions>,
) => Promise<AddonContext>

export interface NativeWeights {
  readonly addon: AddonModel
  readonly context: ContextMaker
}

export interface WeightOptions
  extends Pick<
    RunnerLoadOptions,
    'path' | 'gpuLayers' | 'adapters' | 'overrides' | 'batchSize' | 'flashAttention' | 'kvCacheType'
  > {
  readonly threads: number
}

/** The numbers that ggml has for these types. */
const ggmlTypes = { f16: 1, q8_0: 8, q4_0: 2 } as const

/** Brings a model's weights and its adapters into memory. @throws `invalid_model` */
export async function loadWeights(
  binding: Binding,
  options: WeightOptions,
  log: RunnerLog,
  progress: (fraction: number) => void,
): Promise<NativeWeights> {
  const gpu = binding.getGpuType() !== false
  const addon = new binding.AddonModel(options.path, {
    addonExports: binding,
    gpuLayers: gpu ? (options.gpuLayers < 0 ? 999 : options.gpuLayers) : 0,
    useMmap: true,
    overridesList: options.overrides.map(([key, value]) =>
      typeof value === 'string' ? [key, value] : [key, value, 1],
    ),
    onLoadProgress: progress,
  })
  if (!(await addon.init()))
    throw new ImpetusError('invalid_model', `llama.cpp cannot load this model: ${await log.reason()}.`)
  const loras: AddonLora[] = []
  for (const { path } of options.adapters) {
    const lora = new binding.AddonModelLora(addon, path)
    await addon.loadLora(lora).catch(async (error: unknown) => {
      throw new ImpetusError(
        'invalid_model',
        `The adapter ${basename(path)} does not fit this model: ${await log.reason()}. Change "adapters" of this model.`,
        { cause: error },
      )
    })
    loras.push(lora)
  }
  return {
    addon,
    async context(more) {
      const context = await makeContext(binding, addon, options, more, log)
      if (loras.length > 0)
        context.setLoras(
          loras,
          options.adapters.map(({ scale }) => scale),
        )
      return context
    },
  }
}

async function makeContext(
  binding: Binding,
  addon: AddonModel,
  { batchSize, flashAttention, kvCacheType, threads }: WeightOptions,
  more: Parameters<ContextMaker>[0],
  log: RunnerLog,
): Promise<AddonContext> {
  const context = new binding.AddonContext(addon, {
    batchSize,
    threads,
    flashAttention: flashAttention ?? 'auto',
    kvCacheKeyType: ggmlTypes[kvCacheType],
    kvCacheValueType: ggmlTypes[kvCacheType],
    ...more,
  })
  if (await context.init()) return context
  throw new ImpetusError(
    'insufficient_memory',
    `There is no memory for a context of ${more.contextSize} tokens: ${await log.reason()}.`,
  )
}
