/**
 * The one interface every engine implements (llama.cpp in a runner process, the scripted engine of the tests, later a
 * remote server) and every API dialect translates to and from. Types only: nothing here runs.
 */

import type { CacheFact } from './cache-fact.ts'
import type { LoadOptions } from './load-options.ts'

export type { CacheFact, CacheMiss, CacheMissCause } from './cache-fact.ts'
export type { Adapter, KvCacheType, LoadOptions, Speculation } from './load-options.ts'

export interface Engine {
  readonly name: 'llama.cpp' | 'scripted' | 'remote'
  /**
   * Loads a model file. Rejects with `invalid_model`, `template_error`, `insufficient_memory`, `engine_unavailable` or
   * `model_load_failed`; with the signal's reason when aborted. `onProgress` hears 0…1.
   */
  load(source: ModelSource, options: LoadOptions): Promise<LoadedModel>
}

export interface ModelSource {
  readonly id: string
  /** Absolute path of the file (of the first part, for split files). */
  readonly path: string
}

export interface LoadedFacts {
  /** Tokens that prompt and answer may have together, in one slot. */
  readonly contextLength: number
  readonly trainedContextLength: number
  readonly vocabularySize: number
  readonly slots: number
  readonly architecture: string
  readonly parameters: number
  /** Resident bytes of the runner after loading. */
  readonly memoryBytes: number
  /** Bytes that the graphics system recommends for all models together, where memory is shared with it. */
  readonly workingSetBytes?: number | undefined
  readonly hasChatTemplate: boolean
  /** The template's text, for recognising the model's syntax; never rendered outside of the runner. */
  readonly chatTemplate?: string
  readonly supportsTools: boolean
  readonly supportsInfill: boolean
  readonly loadMilliseconds: number
}

/** Why a loaded model went away. */
export type Ended = { readonly by: 'dispose' } | { readonly by: 'crash' | 'hang'; readonly reason: string }

export interface LoadedModel {
  readonly id: string
  readonly facts: LoadedFacts
  /** Fulfils once, when the model is gone for whatever reason; never rejects. */
  readonly ended: Promise<Ended>
  /**
   * Renders, tokenises, then generates. The first delta is `start` once the request is known to be good (its errors
   * before that are `template_error`, `context_length_exceeded`, `invalid_value`), the last is `end`, exactly once.
   * Aborting the signal stops the work in the engine and ends the iteration by throwing the signal's reason.
   * When the runner dies the iteration throws `engine_crashed` or `engine_hung`.
   */
  generate(request: GenerateRequest, signal: AbortSignal): AsyncIterable<Delta>
  /** The prompt text a chat would be rendered to, for inspection and counting. */
  render(chat: ChatPrompt, signal: AbortSignal): Promise<string>
  /** `special`: whether text like `<|im_start|>` becomes the special token. */
  tokenize(text: string, options: { special: boolean }, signal: AbortSignal): Promise<number[]>
  detokenize(tokens: readonly number[], signal: AbortSignal): Promise<string>
  /** One vector for each input, in their order. Rejects with `invalid_value` for models that have none. */
  embed(request: EmbedRequest, signal: AbortSignal): Promise<Embeddings>
  /** How well each document answers the query, in their order. Only reranking models can; else `invalid_value`. */
  rank(request: RankRequest, signal: AbortSignal): Promise<Ranking>
  /**
   * How likely each token of a raw prompt was after those before it; nothing is written. A token that the model puts
   * before every text is left out. Rejects as `generate` does before its start.
   */
  score(request: ScoreRequest, signal: AbortSignal): Promise<readonly ScoredToken[]>
  dispose(): Promise<void>
}

export interface EmbedRequest {
  /** Texts, or tokens as they are. */
  readonly inputs: readonly (string | readonly number[])[]
  /** Keep only so many leading elements of each vector. Models trained for it lose little by that. */
  readonly dimensions?: number
  /** False: vectors as the model makes them. By default each has the length 1. */
  readonly normalise?: boolean
  /** Cut inputs that are too long instead of refusing them with `context_length_exceeded`. */
  readonly truncate?: boolean
}

export interface Embeddings {
  readonly vectors: readonly Float32Array[]
  /** Of all inputs together. */
  readonly promptTokens: number
}

export interface ScoreRequest {
  readonly prompt: Exclude<Prompt, ChatPrompt>
  /** So many of the likeliest others beside each token (0 to 20). */
  readonly top: number
}

/** A token of a prompt. `logprob` is null for the first one, which came after nothing. */
export interface ScoredToken extends Omit<TokenLogprob, 'logprob'> {
  readonly logprob: number | null
}

export interface RankRequest {
  readonly query: string
  readonly documents: readonly string[]
}

export interface Ranking {
  /** From 0 to 1, in the order of the documents. */
  readonly scores: readonly number[]
  readonly promptTokens: number
}

export interface GenerateRequest {
  readonly prompt: Prompt
  /** Tokens to generate at most; absent: until the context is full. */
  readonly maxTokens?: number
  /** Milliseconds after the first token after which the answer ends, as soon as it has a whole line. */
  readonly timeLimit?: number
  /** Texts that end the answer; they are not part of it. */
  readonly stop: readonly string[]
  readonly sampling: Sampling
  /** What may be sampled; absent: anything. */
  readonly grammar?: Grammar
  /**
   * Texts of special tokens that belong into the answer's text, because they mark reasoning or tool calls
   * (`<|tool_call_start|>`, `[TOOL_CALLS]`). Other special tokens are left out of it as usual.
   */
  readonly markers?: readonly string[]
  /** Where in its answer the model thinks aloud. */
  readonly reasoning?: ReasoningSpan
  /** Text that the answer is likely to repeat, to guess its tokens from; never more than a hint. */
  readonly predicted?: string
  /** How likely each token was, and so many of the likeliest others beside it (0 to 20). */
  readonly logprobs?: { readonly top: number }
  /** What was asked of a chat beside it, for engines that make calls, JSON and reasoning of a model's text themselves. */
  readonly chat?: ChatAsked
  /** Who asks. Requests that wait are taken from each client in turn; those without one share one turn. */
  readonly client?: string
}

export interface ChatAsked {
  readonly toolChoice?: 'auto' | 'none' | 'required' | { readonly name: string }
  readonly parallelToolCalls?: boolean
  readonly output?: { readonly kind: 'object' } | { readonly kind: 'schema'; readonly schema: unknown }
  readonly reasoning?: { readonly enabled?: boolean }
}

export interface Grammar {
  /** GBNF as llama.cpp reads it; `root` is the start. */
  readonly text: string
  /**
   * Absent: the grammar holds from the first token. Otherwise the model writes freely until one of these texts has
   * come up outside of reasoning; from the token in which that text begins, all must fit the grammar, which therefore
   * begins with the text itself, after a few free characters. Tokens that turn out not to fit end the constraint,
   * not the answer.
   */
  readonly triggers?: readonly string[]
}

export interface ReasoningSpan {
  readonly open: string
  readonly close: string
  /** The prompt already ends with `open`, so the answer starts inside. */
  readonly openInPrompt: boolean
  /** After so many tokens of reasoning the engine writes `close` itself; absent: no limit. */
  readonly budgetTokens?: number
}

export type Prompt =
  | ChatPrompt
  /** Raw text; special tokens in it are parsed. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'tokens'; readonly tokens: readonly number[] }
  /** Fill in the middle, with the model's own tokens. */
  | InfillPrompt

export interface InfillPrompt {
  readonly kind: 'infill'
  readonly prefix: string
  readonly suffix: string
  /** Other files, or pieces of them, that are put before everything in the way that the model knows. */
  readonly extra?: readonly { readonly name: string; readonly text: string }[]
}

export interface ChatPrompt {
  readonly kind: 'chat'
  readonly messages: readonly ChatMessage[]
  readonly tools?: readonly Tool[]
  /** Extra variables for the template (`enable_thinking` …). */
  readonly templateVariables?: Readonly<Record<string, unknown>>
  /** Absent or true: the rendering ends where the assistant's answer begins. */
  readonly addGenerationPrompt?: boolean
  /** What this template wants where templates differ; found out by trial renders (core/generation/templates). */
  readonly shape?: PromptShape
}

export interface PromptShape {
  /** How a tool call's arguments reach the template: parsed (the default) or as their JSON text. */
  readonly toolArguments?: 'object' | 'text'
  /** How a message's content reaches the template: a string (the default) or `[{ type: 'text', text }]`. */
  readonly content?: 'text' | 'parts'
  /** What an assistant's message with calls and no text has as its content: '' (the default) or none. */
  readonly emptyContent?: 'text' | 'none'
  /** Under which key the template looks for reasoning; `reasoning_content` by default. */
  readonly reasoning?: 'reasoning_content' | 'thinking' | 'reasoning'
}

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly content: string
  readonly reasoning?: string
  readonly name?: string
  readonly toolCalls?: readonly ToolCall[]
  readonly toolCallId?: string
}

export interface ToolCall {
  readonly id: string
  readonly name: string
  /** JSON text, as the model wrote it. */
  readonly arguments: string
}

export interface Tool {
  readonly name: string
  readonly description?: string
  /** JSON Schema. */
  readonly parameters?: Readonly<Record<string, unknown>>
}

/** All absent: the engine's defaults (temperature 0.8, topK 40, topP 0.95, minP 0.05, as llama.cpp). `temperature: 0` is greedy. */
export interface Sampling {
  readonly temperature?: number
  readonly topK?: number
  readonly topP?: number
  readonly minP?: number
  readonly seed?: number
  readonly repeatPenalty?: number
  readonly presencePenalty?: number
  readonly frequencyPenalty?: number
  /** Leaves out the likeliest tokens, now and then, where several are likely. */
  readonly xtc?: { readonly probability: number; readonly threshold: number }
  /** Discourages whole sequences that were there before. */
  readonly dry?: {
    readonly multiplier: number
    readonly base?: number
    readonly allowedLength?: number
    /** Tokens looked back at; -1: all. */
    readonly lastTokens?: number
    readonly sequenceBreakers?: readonly string[]
  }
  readonly logitBias?: readonly { readonly token: number; readonly bias: number }[]
}

export type Delta =
  /** The request is good and its prompt is this long; nothing has been computed yet. */
  | { readonly type: 'start'; readonly promptTokens: number }
  | {
      readonly type: 'text'
      readonly text: string
      readonly tokens: number
      /** Of these tokens, one each, where they were asked for. */
      readonly logprobs?: readonly TokenLogprob[]
    }
  | { readonly type: 'reasoning'; readonly text: string; readonly tokens: number }
  | {
      readonly type: 'toolCall'
      readonly index: number
      readonly id?: string
      readonly name?: string
      readonly arguments: string
    }
  | {
      readonly type: 'end'
      readonly reason: EndReason
      readonly stopSequence?: string
      readonly usage: Usage
      readonly timings: Timings
      /** What became of the prompt's beginning; absent where an engine does not tell. */
      readonly cache?: CacheFact
    }

export interface Likelihood {
  readonly token: number
  /** The token's text; U+FFFD where it is only a part of a character. */
  readonly text: string
  readonly bytes: readonly number[]
  /** Natural logarithm of its probability, before temperature and the other sampling settings. */
  readonly logprob: number
}

export interface TokenLogprob extends Likelihood {
  /** The likeliest first; the chosen one may be among them. */
  readonly top: readonly Likelihood[]
}

/** `stop`: the model ended its turn or met a stop text; `length`: maxTokens or the context's end. */
export type EndReason = 'stop' | 'length' | 'toolCalls'

export interface Usage {
  readonly promptTokens: number
  /** Prompt tokens whose state was still there and was not computed again. */
  readonly cachedTokens: number
  readonly completionTokens: number
  readonly reasoningTokens: number
}

/** Milliseconds. */
export interface Timings {
  readonly queued: number
  readonly prefill: number
  readonly decode: number
  /** Tokens guessed from what was said before, and how many of them the model would have said, in so many steps; absent: none guessed. */
  readonly speculation?: { readonly drafted: number; readonly accepted: number; readonly steps?: number }
}
