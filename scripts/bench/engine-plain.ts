import { getLlama, LlamaLogLevel, type Token } from 'node-llama-cpp'
import type { BenchModel } from './models.ts'

/** The binding as its manual has it: one context, a sequence for each stream, a loop over `evaluate()` for each. */
export interface Plain extends AsyncDisposable {
  /** Runs one stream for each prompt, all at once. @returns tokens a second of all together, prompts included in time */
  streams(prompts: readonly (readonly number[])[], tokens: number): Promise<number>
}

export async function plainBinding(
  model: BenchModel,
  sequences: number,
  contextLength: number,
): Promise<Plain> {
  const llama = await getLlama({ build: 'never', gpu: false, maxThreads: 1, logLevel: LlamaLogLevel.error })
  const loaded = await llama.loadModel({ modelPath: model.path, gpuLayers: 0 })
  const context = await loaded.createContext({
    contextSize: contextLength,
    sequences,
    threads: 1,
    batchSize: 512,
  })
  const slots = Array.from({ length: sequences }, () => context.getSequence())
  const one = async (slot: (typeof slots)[number], prompt: readonly number[], tokens: number) => {
    await slot.clearHistory()
    let made = 0
    for await (const _ of slot.evaluate(prompt as Token[], { temperature: 0 })) if (++made >= tokens) break
    return made
  }
  return {
    async streams(prompts, tokens) {
      const began = performance.now()
      const made = await Promise.all(
        prompts.map((prompt, place) => one(slots[place] as (typeof slots)[number], prompt, tokens)),
      )
      return (made.reduce((sum, each) => sum + each, 0) / (performance.now() - began)) * 1000
    },
    [Symbol.asyncDispose]: () => llama.dispose(),
  }
}
