import { getLlama, type Llama } from 'node-llama-cpp'

/** llama.cpp's own reading of a grammar. */
export interface LlamaGrammar {
  /** Whether the grammar allows exactly this text. */
  accepts(text: string): boolean
}

let llama: Promise<Llama> | undefined

/** Throws when llama.cpp cannot read the grammar. */
export async function llamaGrammar(text: string): Promise<LlamaGrammar> {
  llama ??= getLlama({ build: 'never', gpu: false, maxThreads: 1, logger: () => {} })
  const grammar = await (await llama).createGrammar({ grammar: text })
  // Internal to the library, and the only way to ask llama.cpp without a model.
  const asked = grammar as unknown as { _testText(text: string): boolean }
  return { accepts: candidate => asked._testText(candidate) }
}
