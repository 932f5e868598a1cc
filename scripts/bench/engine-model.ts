import type { Delta, GenerateRequest, LoadedModel, LoadOptions } from '../../core/engine/engine.ts'
import { createInspector } from '../../core/engine/inspector/client.ts'
import { createLlamaEngine, type LlamaParts } from '../../core/engine/llama.ts'
import { spawnRole } from '../../core/platform/child.ts'
import type { Log } from '../../core/platform/log.ts'
import type { BenchModel } from './models.ts'

/** The engine's own words matter only when something goes wrong. */
const quiet: Log = {
  debug() {},
  info() {},
  warn: message => console.error(message),
  error: (message, error) => console.error(message, error),
  child: () => quiet,
}

/** Never aborted. */
const { signal } = new AbortController()

/** A runner with one thread and no core around it, ended with the scope. */
export async function loadForBench(
  entry: string,
  { id, path }: BenchModel,
  options: Partial<LoadOptions>,
  parts: Partial<LlamaParts> = {},
): Promise<AsyncDisposable & { readonly model: LoadedModel }> {
  const executable = { command: process.execPath, prefix: [entry] }
  const spawn: typeof spawnRole = (role, args, more) => spawnRole(role, args, { ...more, executable })
  const engine = createLlamaEngine({ spawn, inspector: createInspector({ spawn }), log: quiet, ...parts })
  const model = await engine.load({ id, path }, { signal, threads: 1, ...options })
  return { model, [Symbol.asyncDispose]: () => model.dispose() }
}

/** One answer as its reader saw it; milliseconds since it was asked for. */
export interface Answered {
  readonly text: string
  /** When each piece of text came, and how many tokens it was. */
  readonly pieces: readonly { readonly at: number; readonly tokens: number }[]
  readonly firstToken: number
  readonly end: number
  readonly final: Extract<Delta, { type: 'end' }>
}

/** A greedy answer of exactly `maxTokens`, where the model does not end before. */
export async function answer(
  model: LoadedModel,
  prompt: GenerateRequest['prompt'],
  maxTokens: number,
  until: AbortSignal = signal,
): Promise<Answered> {
  const began = performance.now()
  const pieces: { at: number; tokens: number }[] = []
  let text = ''
  const request = { prompt, maxTokens, stop: [], sampling: { temperature: 0 } }
  for await (const delta of model.generate(request, until)) {
    if (delta.type === 'text') {
      pieces.push({ at: performance.now() - began, tokens: delta.tokens })
      text += delta.text
    } else if (delta.type === 'end') {
      const firstToken = pieces[0]?.at ?? Number.NaN
      return { text, pieces, firstToken, end: performance.now() - began, final: delta }
    }
  }
  throw new Error('The engine did not end its answer.')
}

/** A prompt of so many tokens, unlike any other `seed`'s from its first token on. */
export function tokensOf(seed: number, count: number, vocabulary: number): GenerateRequest['prompt'] {
  let state = (seed * 2_654_435_761 + 1) >>> 0
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return 300 + (state % (vocabulary - 600))
  }
  return { kind: 'tokens', tokens: Array.from({ length: count }, next) }
}
