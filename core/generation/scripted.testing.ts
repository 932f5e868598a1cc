import type { Hono } from 'hono'
import { settingsSchema } from '../contract/settings.ts'
import type { LoadedModel } from '../engine/engine.ts'
import type { Env, Principal } from '../http/env.ts'
import type { EnvelopeRules } from '../http/errors.ts'
import { createFrame } from '../http/frame.ts'
import { LiveRequests } from '../http/live.ts'
import type { Log } from '../platform/log.ts'
import type { AnswerDelta } from './interpret.ts'
import type { Generator, OpenRequest } from './types.ts'

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
const principal: Principal = { kind: 'anonymous', scopes: new Set(['inference']), name: null }

/** An app without a port, for a dialect's routes to be mounted on. */
export function frameForTest(envelopes: EnvelopeRules): Hono<Env> {
  const settings = settingsSchema.parse({}).server
  return createFrame({
    log: silent,
    settings: () => settings,
    live: new LiveRequests(),
    identify: () => principal,
    envelopes,
  })
}

/** A generator that says what it is told, then throws the error if there is one. */
export class ScriptedGenerator implements Generator {
  readonly opened: OpenRequest[] = []
  disposed = 0
  readonly #deltas: readonly AnswerDelta[]
  readonly #error: unknown

  constructor(deltas: readonly AnswerDelta[], error?: unknown) {
    this.#deltas = deltas
    this.#error = error
  }

  async open(input: OpenRequest): ReturnType<Generator['open']> {
    this.opened.push(input)
    const model = { id: input.modelId } as LoadedModel
    const dispose = async () => {
      this.disposed++
    }
    return { model, promptTokens: 10, deltas: this.#say(), [Symbol.asyncDispose]: dispose }
  }

  async *#say(): AsyncGenerator<AnswerDelta> {
    yield* this.#deltas
    if (this.#error !== undefined) throw this.#error
  }
}

/** The end of an answer of three tokens. */
export function endForTest(reason: 'stop' | 'length' | 'toolCalls' = 'stop'): AnswerDelta {
  return {
    type: 'end',
    reason,
    usage: { promptTokens: 10, cachedTokens: 4, completionTokens: 3, reasoningTokens: 1 },
    timings: { queued: 1, prefill: 12, decode: 30 },
  }
}
