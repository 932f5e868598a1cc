import type { ErrorCode } from '../contract/errors.ts'
import type {
  Adapter,
  CacheFact,
  ChatPrompt,
  EmbedRequest,
  EndReason,
  GenerateRequest,
  KvCacheType,
  LoadedFacts,
  RankRequest,
  ScoredToken,
  ScoreRequest,
  Speculation,
  Timings,
  TokenLogprob,
  Usage,
} from './engine.ts'

/**
 * What the core and a runner say to each other. The core trusts a runner no further than it must, because a runner
 * holds a model file from anywhere: `isRunnerMessage` looks at every field that is used, and a runner that sends
 * anything else is ended.
 */
export type CoreMessage =
  | { readonly t: 'load'; readonly options: RunnerLoadOptions }
  | { readonly t: 'generate'; readonly id: number; readonly request: GenerateRequest }
  | { readonly t: 'render'; readonly id: number; readonly chat: ChatPrompt }
  | { readonly t: 'tokenize'; readonly id: number; readonly text: string; readonly special: boolean }
  | { readonly t: 'detokenize'; readonly id: number; readonly tokens: readonly number[] }
  | { readonly t: 'embed'; readonly id: number; readonly request: EmbedRequest }
  | { readonly t: 'rank'; readonly id: number; readonly request: RankRequest }
  | { readonly t: 'score'; readonly id: number; readonly request: ScoreRequest }
  /** Forget the request: no further message about it is wanted, though some may be under way. */
  | { readonly t: 'abort'; readonly id: number }

/** Where states of prompts survive. */
export interface PrefixCacheOptions {
  readonly folder: string
  /** Of all models together; the states unused for longest go first. */
  readonly maxBytes: number
  readonly maxAgeDays: number
}

export interface RunnerLoadOptions {
  readonly path: string
  /** What the model is for, as the inspector found. */
  readonly kind: 'text' | 'embedding' | 'reranking'
  readonly contextLength: number
  readonly slots: number
  /** 0: as many as the machine has to spare. */
  readonly threads: number
  /** Negative: all where there is a GPU. */
  readonly gpuLayers: number
  /** Widest batch of one step, in tokens. */
  readonly batchSize: number
  /** null: where the model and the machine are made for it. */
  readonly flashAttention: boolean | null
  readonly kvCacheType: KvCacheType
  /** Null where there is none. The model's own was read by the inspector and tried there too. */
  readonly chatTemplate: string | null
  /** LoRA adapters over the weights. */
  readonly adapters: readonly Adapter[]
  /** What the file says otherwise: metadata that concern the positions. */
  readonly overrides: readonly MetadataOverride[]
  /** null: none guesses for this one. */
  readonly draft: { readonly path: string; readonly vocabularySize: number } | null
  readonly speculation: Speculation
  /** Tokens in the vocabulary, which the addon does not tell. */
  readonly vocabularySize: number
  /** Whether the state of this model can only be used up to the places where it was copied aside. */
  readonly wholeState: boolean
  /** null: states of prompts are kept nowhere on disk. */
  readonly prefixCache: PrefixCacheOptions | null
  /** Milliseconds between two heartbeats. */
  readonly heartbeat: number
}

/** A text, or a number with a fraction. */
export type MetadataOverride = readonly [key: string, value: string | number]

/** `[request, text, tokens]`: text that is `tokens` tokens long, with their likelihoods where asked for. */
export type TextPart = readonly [
  id: number,
  text: string,
  tokens: number,
  logprobs?: readonly TokenLogprob[] | undefined,
]

export type RunnerMessage =
  | { readonly t: 'progress'; readonly fraction: number }
  | { readonly t: 'loaded'; readonly facts: RunnerFacts }
  /** The runner cannot work; it ends after saying so. */
  | { readonly t: 'failed'; readonly code: ErrorCode; readonly message: string }
  /** The event loop lives; how long the step under way has taken so far (null: none), and the last one took. */
  | { readonly t: 'beat'; readonly step: number | null; readonly lastStep: number }
  /** A template is about to be rendered, which no signal can interrupt. Ended by any other message about `id`. */
  | { readonly t: 'rendering'; readonly id: number }
  | { readonly t: 'start'; readonly id: number; readonly promptTokens: number }
  | { readonly t: 'text'; readonly parts: readonly TextPart[] }
  | {
      readonly t: 'end'
      readonly id: number
      readonly reason: EndReason
      readonly stopSequence?: string
      readonly usage: Usage
      readonly timings: Timings
      readonly cache?: CacheFact
    }
  | { readonly t: 'result'; readonly id: number; readonly value: string | readonly number[] }
  /** Vectors or scores: `rows` of them, as 32-bit floats in base64. */
  | {
      readonly t: 'numbers'
      readonly id: number
      readonly rows: number
      readonly data: string
      readonly promptTokens: number
    }
  | { readonly t: 'scores'; readonly id: number; readonly tokens: readonly ScoredToken[] }
  | {
      readonly t: 'error'
      readonly id: number
      readonly code: ErrorCode
      readonly message: string
      readonly param?: string
    }

/** What only the runner knows, once the model is in memory. */
export type RunnerFacts = Pick<
  LoadedFacts,
  | 'contextLength'
  | 'slots'
  | 'trainedContextLength'
  | 'parameters'
  | 'supportsInfill'
  | 'memoryBytes'
  | 'workingSetBytes'
>

type Shape = Readonly<Record<string, (value: unknown) => boolean>>

const string = (value: unknown) => typeof value === 'string'
const number = (value: unknown) => typeof value === 'number' && Number.isFinite(value)
const count = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0
const boolean = (value: unknown) => typeof value === 'boolean'
const optional = (check: (value: unknown) => boolean) => (value: unknown) =>
  value === undefined || check(value)
const all = (shape: Shape) => (value: unknown) => {
  if (typeof value !== 'object' || value === null) return false
  const record = value as Record<string, unknown>
  for (const key in shape) if (!shape[key]?.(record[key])) return false
  return true
}

const likelihood = {
  token: count,
  text: string,
  bytes: (value: unknown) => Array.isArray(value) && value.every(count),
  logprob: number,
}
const listOf = (check: (value: unknown) => boolean) => (value: unknown) =>
  Array.isArray(value) && value.every(check)
const logprobs = listOf(all({ ...likelihood, top: listOf(all(likelihood)) }))

const shapes: Readonly<Record<RunnerMessage['t'], (value: unknown) => boolean>> = {
  text: message => {
    const parts = (message as { parts?: unknown }).parts
    if (!Array.isArray(parts)) return false
    for (const part of parts) {
      if (!Array.isArray(part) || !count(part[0]) || !string(part[1]) || !count(part[2])) return false
      if (part[3] !== undefined && !logprobs(part[3])) return false
    }
    return true
  },
  progress: all({ fraction: number }),
  loaded: all({
    facts: all({
      contextLength: count,
      slots: count,
      trainedContextLength: count,
      parameters: count,
      supportsInfill: boolean,
      memoryBytes: count,
      workingSetBytes: optional(count),
    }),
  }),
  failed: all({ code: string, message: string }),
  beat: all({ step: value => value === null || number(value), lastStep: number }),
  rendering: all({ id: count }),
  start: all({ id: count, promptTokens: count }),
  end: all({
    id: count,
    reason: value => value === 'stop' || value === 'length' || value === 'toolCalls',
    stopSequence: optional(string),
    usage: all({ promptTokens: count, cachedTokens: count, completionTokens: count, reasoningTokens: count }),
    timings: all({
      queued: number,
      prefill: number,
      decode: number,
      speculation: optional(all({ drafted: count, accepted: count, steps: optional(count) })),
    }),
    cache: optional(
      all({
        source: string,
        matchedTokens: count,
        reusedTokens: count,
        miss: optional(all({ cause: string, before: string, was: string, is: string })),
      }),
    ),
  }),
  result: all({ id: count, value: value => string(value) || (Array.isArray(value) && value.every(count)) }),
  scores: all({
    id: count,
    tokens: listOf(
      all({ ...likelihood, logprob: value => value === null || number(value), top: listOf(all(likelihood)) }),
    ),
  }),
  numbers: all({ id: count, rows: count, data: string, promptTokens: count }),
  error: all({ id: count, code: string, message: string, param: optional(string) }),
}

/** Whether a decoded frame is a message that a runner may send. Cheap: it runs for every token. */
export function isRunnerMessage(value: unknown): value is RunnerMessage {
  if (typeof value !== 'object' || value === null) return false
  const tag = (value as { t?: unknown }).t
  if (typeof tag !== 'string' || !Object.hasOwn(shapes, tag)) return false
  return shapes[tag as RunnerMessage['t']](value)
}
