import { ImpetusError } from '../../contract/errors.ts'
import { ChatTemplate, chatMlEnd, chatMlTemplate } from '../chat-template.ts'
import type { RunnerFacts, RunnerLoadOptions } from '../protocol.ts'
import {
  type AddonContext,
  type AddonModel,
  type Binding,
  type ContextOptions,
  loadBinding,
} from './binding.ts'
import { Embedder } from './embedder.ts'
import type { RunnerLog } from './log.ts'
import { NativeModel } from './native-model.ts'
import { Places } from './places.ts'
import { DiskStates } from './prefix/disk.ts'
import { modelIdentity } from './prefix/identity.ts'
import { scratchFolder } from './prefix/scratch.ts'
import type { SchedulerParts } from './scheduler.ts'
import { StepClock } from './step-clock.ts'
import { defaultThreads } from './threads.ts'

export interface Loaded {
  readonly binding: Binding
  readonly model: NativeModel
  /** What answers are written with; absent in models that write none. */
  readonly writing: Writing | undefined
  readonly embedder: Embedder
  readonly template: ChatTemplate
  /** Ends an answer beside the model's own tokens, where the template is not the model's own. */
  readonly templateStop: readonly string[]
  readonly facts: RunnerFacts
}

type Writing = Pick<SchedulerParts, 'context' | 'places' | 'stepMilliseconds' | 'threads' | 'tile'>

/** Tokens that llama.cpp's attention computes together on a processor. */
const attentionTile = 64

/** Raised when what is written to disk changes, llama.cpp's own form included. */
const stateFormat = 'node-llama-cpp 3.21.1, form 1'

/** Brings a model into memory. @throws `engine_unavailable`, `invalid_model`, `template_error`, `insufficient_memory` */
export async function loadModel(
  options: RunnerLoadOptions,
  log: RunnerLog,
  progress: (fraction: number) => void,
): Promise<Loaded> {
  const binding = await startNative(log)
  const gpu = binding.getGpuType() !== false
  const addon = new binding.AddonModel(options.path, {
    addonExports: binding,
    gpuLayers: gpu ? (options.gpuLayers < 0 ? 999 : options.gpuLayers) : 0,
    useMmap: true,
    onLoadProgress: progress,
  })
  if (!(await addon.init())) {
    throw new ImpetusError('invalid_model', `llama.cpp cannot load this model: ${await log.reason()}.`)
  }
  const model = new NativeModel(addon, options.vocabularySize)
  const threads = options.threads > 0 ? options.threads : defaultThreads(binding.getMathCores(), gpu)
  const make = (more: Partial<ContextOptions>) =>
    makeContext(binding, addon, log, options, { threads, ...more })
  const embedder = new Embedder({
    model,
    kind: options.kind,
    contextLength: options.contextLength,
    batchSize: options.batchSize,
    context: () => make({ sequences: 1, embeddings: true, ranking: options.kind === 'reranking' }),
  })
  const processorThreads = gpu && options.gpuLayers !== 0 ? undefined : threads
  return {
    binding,
    model,
    writing:
      options.kind === 'text'
        ? await startWriting(await make({}), processorThreads, model, binding, options, log)
        : undefined,
    embedder,
    template: parseTemplate(options.chatTemplate ?? chatMlTemplate),
    templateStop: options.chatTemplate === null ? [chatMlEnd] : [],
    facts: factsOf(options, binding, addon, model),
  }
}

/** The numbers that ggml has for these types. */
const ggmlTypes = { f16: 1, q8_0: 8, q4_0: 2 } as const

async function makeContext(
  binding: Binding,
  addon: AddonModel,
  log: RunnerLog,
  { contextLength, slots, batchSize, flashAttention, kvCacheType }: RunnerLoadOptions,
  more: Pick<ContextOptions, 'threads'> & Partial<ContextOptions>,
): Promise<AddonContext> {
  const { sequences = slots } = more
  const context = new binding.AddonContext(addon, {
    contextSize: contextLength * sequences,
    batchSize,
    flashAttention: flashAttention ?? 'auto',
    kvCacheKeyType: ggmlTypes[kvCacheType],
    kvCacheValueType: ggmlTypes[kvCacheType],
    ...more,
    sequences,
  })
  if (await context.init()) return context
  throw new ImpetusError(
    'insufficient_memory',
    `There is no memory for a context of ${contextLength} tokens: ${await log.reason()}.`,
  )
}

async function startWriting(
  context: AddonContext,
  threads: number | undefined,
  model: NativeModel,
  binding: Binding,
  options: RunnerLoadOptions,
  log: RunnerLog,
): Promise<Writing> {
  const stepMilliseconds = await warmUp(context, model, new StepClock(threads))
  const places = new Places({
    model,
    context,
    slots: options.slots,
    contextLength: options.contextLength,
    makeCheckpoint: options.wholeState ? () => new binding.AddonContextSequenceCheckpoint() : undefined,
    disk: await openDisk(options, log),
    scratch: () => scratchFolder(),
    warn: (message, error) => log.error(message, error),
  })
  const tile = threads === undefined || options.flashAttention === false ? 0 : attentionTile
  return { context, places, stepMilliseconds, threads, tile }
}

/** A model is no worse without: what is wrong with the folder is said and that is all. */
async function openDisk(
  { prefixCache, path, kvCacheType }: RunnerLoadOptions,
  log: RunnerLog,
): Promise<DiskStates | undefined> {
  if (prefixCache === null) return undefined
  try {
    const states = new DiskStates(prefixCache, await modelIdentity(path, `${stateFormat} ${kvCacheType}`))
    await states.start()
    return states
  } catch (error) {
    log.error('States of prompts cannot be kept on disk', error)
    return undefined
  }
}

/**
 * Computes a token twice: the first time brings the weights into memory, which the first request would wait for
 * otherwise; the second is measured, so that the first prompt's first chunk is not a guess.
 */
async function warmUp(context: AddonContext, model: NativeModel, clock: StepClock): Promise<number> {
  let cost = 0
  for (let round = 0; round < 2; round++) {
    context.initBatch(1)
    context.addToBatch(0, 0, Uint32Array.of(Math.max(0, model.bos)), new Uint32Array(0))
    clock.start()
    await context.decodeBatch()
    cost = clock.stop()
    context.disposeSequence(0)
  }
  return cost
}

async function startNative(log: RunnerLog): Promise<Binding> {
  try {
    return await loadBinding((level, text) => log.native(level, text))
  } catch (error) {
    throw new ImpetusError(
      'engine_unavailable',
      'The native engine does not start on this machine. Run "impetus doctor".',
      { cause: error },
    )
  }
}

function parseTemplate(source: string): ChatTemplate {
  try {
    return new ChatTemplate(source)
  } catch (error) {
    throw new ImpetusError(
      'template_error',
      `The model's chat template cannot be read: ${error instanceof Error ? error.message : error}`,
      { cause: error },
    )
  }
}

function factsOf(
  options: RunnerLoadOptions,
  binding: Binding,
  addon: AddonModel,
  model: NativeModel,
): RunnerFacts {
  // Metal's total is what it recommends as the working set; beside it lies what a processor's backend takes.
  const metal = binding.getGpuType() === 'metal' ? binding.getGpuVramInfo() : undefined
  return {
    contextLength: options.contextLength,
    slots: options.slots,
    trainedContextLength: addon.getTrainContextSize(),
    parameters: addon.getTotalParameters(),
    supportsInfill: model.fim !== undefined,
    memoryBytes: Math.max(process.memoryUsage.rss(), metal?.used ?? 0),
    workingSetBytes: metal?.total,
  }
}
