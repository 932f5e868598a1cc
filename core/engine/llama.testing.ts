import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { RoleProcess } from '../platform/child.ts'
import type { ChatPrompt, Delta, Engine, GenerateRequest, LoadedModel, LoadOptions } from './engine.ts'
import { createInspector, type Inspector, type SpawnRole } from './inspector/client.ts'
import { createLlamaEngine, type LlamaParts } from './llama.ts'
import { silentLog, spawnForTest } from './spawn.testing.ts'

/** Never aborted. */
export const { signal } = new AbortController()

/** The real engine over models in a folder of its own; `done` looks that no process is left behind. */
export class EngineForTest {
  readonly spawn: SpawnRole
  readonly inspector: Inspector
  readonly folder: string
  readonly children: RoleProcess[] = []

  static async start(): Promise<EngineForTest> {
    return new EngineForTest(await mkdtemp(join(tmpdir(), 'impetus-llama-')))
  }

  private constructor(folder: string) {
    this.folder = folder
    this.spawn = async (role, args, options) => {
      const child = await spawnForTest(role, args, options)
      this.children.push(child)
      return child
    }
    this.inspector = createInspector({ spawn: this.spawn })
  }

  path(name: string): string {
    return join(this.folder, `${name}.gguf`)
  }

  engine(parts: Partial<LlamaParts> = {}): Engine {
    return createLlamaEngine({ spawn: this.spawn, inspector: this.inspector, log: silentLog, ...parts })
  }

  /** Loads a model with one thread, as all models in tests have. */
  load(
    name: string,
    options: Partial<LoadOptions> = {},
    parts: Partial<LlamaParts> = {},
  ): Promise<LoadedModel> {
    return this.engine(parts).load({ id: name, path: this.path(name) }, { signal, threads: 1, ...options })
  }

  /** The same, ended with the scope. */
  async use(
    name: string,
    options: Partial<LoadOptions> = {},
    parts: Partial<LlamaParts> = {},
  ): Promise<AsyncDisposable & { readonly model: LoadedModel }> {
    const model = await this.load(name, options, parts)
    return { model, [Symbol.asyncDispose]: () => model.dispose() }
  }

  async done(): Promise<void> {
    await rm(this.folder, { recursive: true })
    for (const { process } of this.children) expect(process.exitCode ?? process.signalCode).not.toBeNull()
  }
}

/** A conversation, the user's turn first. */
export function chat(...contents: string[]): ChatPrompt {
  return {
    kind: 'chat',
    messages: contents.map((content, index) => ({ role: index % 2 === 0 ? 'user' : 'assistant', content })),
  }
}

/** A greedy request for 24 tokens. */
export function request(more: Partial<GenerateRequest> = {}): GenerateRequest {
  return {
    prompt: { kind: 'text', text: 'Once upon a time' },
    maxTokens: 24,
    stop: [],
    sampling: { temperature: 0 },
    ...more,
  }
}

export interface Answer {
  readonly deltas: Delta[]
  readonly text: string
  readonly start: Extract<Delta, { type: 'start' }>
  readonly end: Extract<Delta, { type: 'end' }>
}

/** The whole answer to `request(more)`. */
export async function ask(
  model: LoadedModel,
  more: Partial<GenerateRequest> = {},
  until = signal,
): Promise<Answer> {
  const deltas: Delta[] = []
  for await (const delta of model.generate(request(more), until)) deltas.push(delta)
  const [start] = deltas
  const end = deltas.at(-1)
  if (start?.type !== 'start' || end?.type !== 'end')
    throw new Error('an answer begins with start and ends with end')
  return { deltas, text: deltas.map(delta => (delta.type === 'text' ? delta.text : '')).join(''), start, end }
}
