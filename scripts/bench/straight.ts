import type { Delta } from '../../core/engine/engine.ts'
import { createInspector } from '../../core/engine/inspector/client.ts'
import { createLlamaEngine } from '../../core/engine/llama.ts'
import { spawnRole } from '../../core/platform/child.ts'
import type { Log } from '../../core/platform/log.ts'
import type { BenchModel } from './models.ts'
import type { Way } from './timing.ts'

/** The engine's own words matter only when something goes wrong. */
const quiet: Log = {
  debug() {},
  info() {},
  warn: message => console.error(message),
  error: (message, error) => console.error(message, error),
  child: () => quiet,
}

/**
 * Loads a model without a core around it: this process talks to a runner by the engine's frames, exactly as a core
 * does. What a core adds is the difference.
 */
export async function straightFromEngine(entry: string, model: BenchModel): Promise<Way> {
  const executable = { command: process.execPath, prefix: [entry] }
  const spawn: typeof spawnRole = (role, args, options) => spawnRole(role, args, { ...options, executable })
  const engine = createLlamaEngine({ spawn, inspector: createInspector({ spawn }), log: quiet })
  const signal = new AbortController().signal
  const loaded = await engine.load({ id: model.id, path: model.path }, { signal, threads: 1 })
  return {
    async generate({ prompt, tokens }) {
      const began = performance.now()
      let firstToken: number | undefined
      let end: Extract<Delta, { type: 'end' }> | undefined
      const asked = {
        prompt: { kind: 'text', text: prompt } as const,
        maxTokens: tokens,
        stop: [],
        sampling: { temperature: 0 },
      }
      for await (const delta of loaded.generate(asked, signal)) {
        if (delta.type === 'text') firstToken ??= performance.now() - began
        if (delta.type === 'end') end = delta
      }
      if (firstToken === undefined || !end) throw new Error('The engine answered no text.')
      return { firstToken, end: performance.now() - began, tokens: end.usage.completionTokens }
    },
    [Symbol.asyncDispose]: () => loaded.dispose(),
  }
}
