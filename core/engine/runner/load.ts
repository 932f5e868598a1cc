import { ImpetusError } from '../../contract/errors.ts'
import { ChatTemplate, chatMlEnd, chatMlTemplate } from '../chat-template.ts'
import { draftContext } from '../plan.ts'
import type { RunnerFacts, RunnerLoadOptions } from '../protocol.ts'
import { type AddonContext, type AddonModel, type Binding, loadBinding } from './binding.ts'
import { Drafter } from './drafter.ts'
import { Embedder } from './embedder.ts'
import type { RunnerLog } from './log.ts'
import { loadWeights, type NativeWeights } from './native-load.ts'
import { NativeModel } from './native-model.ts'
import { Places } from './places.ts'
import { DiskStates } from './prefix/disk.ts'
import { modelIdentity } from './prefix/identity.ts'
import { scratchFolder } from './prefix/scratch.ts'
import type { SchedulerParts } from './scheduler.ts'
import { Scorer } from './scorer.ts'
import { StepClock } from './step-clock.ts'
import { defaultThreads } from './threads.ts'

export interface Loaded {
  readonly binding: Binding
  readonly model: NativeModel
  /** What answers are written with; absent in models that write none. */
  readonly writing: Writing | undefined
  readonly embedder: Embedder
  readonly scorer: Scorer
  readonly template: ChatTemplate
  /** Ends an answer beside the model's own tokens, where the template is not the model's own. */
  readonly templateStop: readonly string[]
  readonly facts: RunnerFacts
}

type Writing = Omit<SchedulerParts, 'model' | 'batchSize' | 'tell' | 'text' | 'ready'>

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
  const threads = options.threads > 0 ? options.threads : defaultThreads(binding.getMathCores(), gpu)
  const weights = await loadWeights(binding, { ...options, threads }, log, progress)
  const { addon } = weights
  const model = new NativeModel(addon, options.vocabularySize)
  const embedder = new Embedder({
    model,
    kind: options.kind,
    contextLength: options.contextLength,
    batchSize: options.batchSize,
    context: () =>
      weights.context({
        contextSize: options.contextLength,
        sequences: 1,
        embeddings: true,
        ranking: options.kind === 'reranking',
      }),
  })
  const clock = new StepClock(gpu && options.gpuLayers !== 0 ? undefined : threads)
  const tools: Tools = { binding, weights, model, clock, log }
  return {
    binding,
    model,
    writing: options.kind === 'text' ? await startWriting(tools, options, threads) : undefined,
    embedder,
    scorer: new Scorer({
      ...{ binding, model },
      context: tokens => weights.context({ contextSize: tokens, sequences: 1 }),
    }),
    template: parseTemplate(options.chatTemplate ?? chatMlTemplate),
    templateStop: options.chatTemplate === null ? [chatMlEnd] : [],
    facts: factsOf(options, binding, addon, model),
  }
}

interface Tools {
  readonly binding: Binding
  readonly weights: NativeWeights
  readonly model: NativeModel
  readonly clock: StepClock
  readonly log: RunnerLog
}

async function startWriting(tools: Tools, options: RunnerLoadOptions, threads: number): Promise<Writing> {
  const { binding, weights, model, clock, log } = tools
  const { slots, contextLength } = options
  const context = await weights.context({ contextSize: contextLength * slots, sequences: slots })
  const stepMilliseconds = await warmUp(context, model, clock)
  const places = new Places({
    model,
    context,
    slots,
    contextLength,
    makeCheckpoint: options.wholeState ? () => new binding.AddonContextSequenceCheckpoint() : undefined,
    disk: await openDisk(options, log),
    scratch: () => scratchFolder(),
    warn: (message, error) => log.error(message, error),
  })
  return {
    context,
    places,
    clock,
    stepMilliseconds,
    tile: clock.onProcessor && options.flashAttention !== false ? attentionTile : 0,
    speculation: options.speculation,
    drafter: await openDrafter(tools, context, options, threads),
  }
}

/** The draft model, where one is configured. @throws `invalid_model` for one with another vocabulary */
async function openDrafter(
  { binding, clock, log }: Tools,
  context: AddonContext,
  options: RunnerLoadOptions,
  threads: number,
): Promise<Drafter | undefined> {
  const { draft } = options
  if (draft === null) return undefined
  const own = { path: draft.path, adapters: [], overrides: [], threads }
  const weights = await loadWeights(binding, { ...options, ...own }, log, () => {})
  const contextLength = draftContext(options.contextLength)
  const drafting = await weights.context({ contextSize: contextLength, sequences: 1 })
  try {
    context.ensureDraftContextIsCompatibleForSpeculative(drafting)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new ImpetusError('invalid_model', `The draft model does not fit: ${why}. Leave "draftModel" open.`)
  }
  const model = new NativeModel(weights.addon, draft.vocabularySize)
  const sampler = new binding.AddonSampler(weights.addon)
  sampler.applyConfig({ temperature: 0, seed: 1 })
  return new Drafter({
    context: drafting,
    sampler,
    endsTurn: token => model.endsTurn(token),
    contextLength,
    batchSize: options.batchSize,
    clock,
  })
}

/** A model is no worse without: what is wrong with the folder is said and that is all. */
async function openDisk(options: RunnerLoadOptions, log: RunnerLog): Promise<DiskStates | undefined> {
  if (options.prefixCache === null) return undefined
  try {
    const states = new DiskStates(options.prefixCache, await identityOf(options))
    await states.start()
    return states
  } catch (error) {
    log.error('States of prompts cannot be kept on disk', error)
    return undefined
  }
}

/**
 * Names whatever a state depends on: the same words give another state with another adapter or other positions, and
 * llama.cpp reads none of a context with another number of sequences.
 */
async function identityOf({
  path,
  kvCacheType,
  slots,
  adapters,
  overrides,
}: RunnerLoadOptions): Promise<string> {
  const files = await Promise.all(adapters.map(each => modelIdentity(each.path, String(each.scale))))
  const more = adapters.length + overrides.length > 0 ? ` ${JSON.stringify([files, overrides])}` : ''
  return modelIdentity(path, `${stateFormat} ${kvCacheType} ${slots}${more}`)
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
