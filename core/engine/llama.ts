import { type ErrorCode, errorCodes, ImpetusError } from '../contract/errors.ts'
import type { Log } from '../platform/log.ts'
import { inspectCompanions, ropeOverrides } from './companions.ts'
import type { Ended, Engine, LoadedFacts, LoadOptions, ModelSource } from './engine.ts'
import type { GgufFacts, Inspection, Inspector, SpawnRole } from './inspector/client.ts'
import { hasWholeState } from './inspector/facts.ts'
import { createFileTools } from './inspector/tools.ts'
import { LlamaModel } from './llama-model.ts'
import { availableMemory } from './memory.ts'
import { type Companions, type LoadPlan, planLoad } from './plan.ts'
import type { PrefixCacheOptions, RunnerFacts, RunnerLoadOptions, RunnerMessage } from './protocol.ts'
import { RunnerLink } from './runner-link.ts'
import { defaultWatchdog, type WatchdogLimits } from './watchdog.ts'

export interface LlamaParts {
  readonly spawn: SpawnRole
  readonly inspector: Inspector
  readonly log: Log
  /** Read at each load. */
  readonly watchdog?: () => WatchdogLimits
  /** Milliseconds that a chat template may take for one request; 2,000 by default. */
  readonly templateDeadline?: () => number
  /** Where states of prompts survive, read at each load; by default nowhere. */
  readonly prefixCache?: () => PrefixCacheOptions | undefined
  /** Bytes that a model may take now; by default what the system says is free. */
  readonly availableMemory?: () => number
}

/** A runner that gives up starts a debugger on itself where one is installed, which takes seconds and tells nobody. */
const runnerEnvironment = { GGML_NO_BACKTRACE: '1' }

/** The local engine: llama.cpp, one runner process for each loaded model. */
export function createLlamaEngine(parts: LlamaParts): Engine {
  const companionParts = { inspector: parts.inspector, tools: createFileTools(parts.spawn) }
  return {
    name: 'llama.cpp',
    async load(source, options) {
      const started = performance.now()
      const inspection = await parts.inspector.inspect(source.path, options.signal)
      usableKind(inspection.facts)
      const template = usableTemplate(inspection, options.chatTemplate)
      const free = (parts.availableMemory ?? availableMemory)()
      const companions = await inspectCompanions(companionParts, options, inspection.facts, options.signal)
      const most = Math.min(free, options.memoryLimit ?? free)
      const plan = { ...planLoad(inspection.facts, options, most, companions), companions }
      const loading = await Loading.begin(parts, source, options, plan, inspection)
      const facts = await loading.facts
      return loading.model(source.id, {
        ...facts,
        vocabularySize: inspection.facts.vocabularySize,
        architecture: inspection.facts.architecture,
        hasChatTemplate: template !== null,
        ...(template !== null && { chatTemplate: template.text }),
        supportsTools: template?.supportsTools ?? false,
        loadMilliseconds: performance.now() - started,
      })
    },
  }
}

/** @throws `invalid_model` for models that llama.cpp loads and that this engine has no use for */
function usableKind({ kind }: GgufFacts): Exclude<GgufFacts['kind'], 'other'> {
  if (kind !== 'other') return kind
  throw new ImpetusError(
    'invalid_model',
    'This model does not write text. GET /v1/models lists those that do.',
  )
}

/** @throws `template_error` for a template that does not work: in the runner it could do harm */
function usableTemplate(
  { facts, template }: Inspection,
  instead: string | undefined,
): { readonly text: string; readonly supportsTools: boolean } | null {
  if (instead !== undefined) return { text: instead, supportsTools: /\btools\b/.test(instead) }
  if (template === null || facts.chatTemplate === null) return null
  if (template.works) return { text: facts.chatTemplate, supportsTools: template.supportsTools }
  throw new ImpetusError(
    'template_error',
    `The model's chat template does not work: ${template.error}. Use a model with a working chat template.`,
  )
}

function draftOf({ draftPath }: LoadOptions, { draft }: Companions): RunnerLoadOptions['draft'] {
  if (draftPath === undefined || draft === undefined) return null
  return { path: draftPath, vocabularySize: draft.vocabularySize }
}

/** A runner from its start until its model is in memory. */
class Loading {
  readonly facts: Promise<RunnerFacts>
  readonly #link: RunnerLink
  readonly #templateDeadline: () => number
  #take: (message: RunnerMessage) => void

  static async begin(
    parts: LlamaParts,
    source: ModelSource,
    options: LoadOptions,
    plan: LoadPlan & { readonly companions: Companions },
    { facts }: Inspection,
  ): Promise<Loading> {
    const watchdog = parts.watchdog?.() ?? defaultWatchdog
    const child = await parts.spawn('runner', [], { extraPipes: 1, env: runnerEnvironment })
    const loading = new Loading(
      take => new RunnerLink(child, watchdog, parts.log.child({ model: source.id, runner: child.pid }), take),
      options,
      parts.templateDeadline ?? (() => 2_000),
    )
    loading.#link.send({
      t: 'load',
      options: {
        path: source.path,
        kind: usableKind(facts),
        contextLength: plan.contextLength,
        slots: plan.slots,
        batchSize: plan.batchSize,
        threads: options.threads ?? 0,
        gpuLayers: options.gpuLayers ?? -1,
        flashAttention: options.flashAttention ?? null,
        kvCacheType: options.kvCacheType ?? 'f16',
        chatTemplate: options.chatTemplate ?? facts.chatTemplate,
        adapters: options.adapters ?? [],
        overrides: ropeOverrides(facts.architecture, options),
        draft: draftOf(options, plan.companions),
        speculation: options.speculation ?? 'auto',
        vocabularySize: facts.vocabularySize,
        wholeState: hasWholeState(facts),
        prefixCache: parts.prefixCache?.() ?? null,
        heartbeat: watchdog.heartbeat,
      },
    })
    return loading
  }

  private constructor(
    link: (take: (message: RunnerMessage) => void) => RunnerLink,
    options: LoadOptions,
    templateDeadline: () => number,
  ) {
    const { promise, resolve, reject } = Promise.withResolvers<RunnerFacts>()
    this.#templateDeadline = templateDeadline
    this.#take = message => {
      if (message.t === 'progress') options.onProgress?.(message.fraction)
      else if (message.t === 'loaded') resolve(message.facts)
      else if (message.t === 'failed') reject(loadError(message.code, message.message))
    }
    this.#link = link(message => this.#take(message))
    void this.#link.ended.then(ended => reject(loadingEnded(ended)))
    const abort = () => reject(options.signal.reason)
    options.signal.addEventListener('abort', abort, { once: true })
    if (options.signal.aborted) abort()
    this.facts = promise
      .catch(async error => {
        this.#link.kill({ by: 'dispose' })
        await this.#link.ended
        throw error
      })
      .finally(() => options.signal.removeEventListener('abort', abort))
  }

  model(id: string, facts: LoadedFacts): LlamaModel {
    const model = new LlamaModel(id, facts, this.#link, this.#templateDeadline)
    this.#take = message => model.take(message)
    return model
  }
}

function loadError(code: ErrorCode, message: string): ImpetusError {
  return new ImpetusError(Object.hasOwn(errorCodes, code) ? code : 'model_load_failed', message)
}

/** A process that dies while it loads was ended by what it loads, by the system for its memory, or by chance. */
function loadingEnded(ended: Ended): ImpetusError {
  const reason = ended.by === 'dispose' ? 'it was ended' : ended.reason
  // llama.cpp ends its process with SIGABRT where a file contradicts what it takes for granted.
  if (reason.includes('SIGABRT')) {
    return new ImpetusError(
      'invalid_model',
      'llama.cpp gave this model up: the file is damaged, or of a kind that this version cannot run.',
    )
  }
  const memory = reason.includes('SIGKILL') ? ' Perhaps the system took it for its memory.' : ''
  return new ImpetusError(
    'model_load_failed',
    `The model's process died while it loaded (${reason}).${memory} Try again; if it happens again, use another file.`,
  )
}
