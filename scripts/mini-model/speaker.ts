import { Template } from '@huggingface/jinja'
import {
  type GbnfJsonSchema,
  getLlama,
  LlamaGrammarEvaluationState,
  LlamaJsonSchemaGrammar,
  type LlamaModel,
  type Token,
} from 'node-llama-cpp'
import { chatTemplate } from './chat-template.ts'
import type { Message, ToolDefinition } from './dialogue.ts'

const template = new Template(chatTemplate)

/** The prompt that the model's own template makes of a conversation, in the words of the OpenAI API. */
export function prompt(messages: readonly Message[], tools: readonly ToolDefinition[] = []): string {
  return template.render({
    messages: messages.map(message => ({
      role: message.role,
      content: message.content,
      ...('calls' in message && {
        tool_calls: message.calls?.map(call => ({
          type: 'function',
          function: { ...call, arguments: JSON.stringify(call.arguments) },
        })),
      }),
    })),
    ...(tools.length > 0 && { tools: tools.map(tool => ({ type: 'function', function: tool })) }),
    add_generation_prompt: true,
  })
}

export interface Speaker extends AsyncDisposable {
  readonly model: LlamaModel
  /** The likeliest text, up to the model's own end. Null when it did not end within `limit` tokens. */
  say(text: string, options?: { limit?: number; schema?: GbnfJsonSchema }): Promise<string | null>
  /** The sum of the tokens' surprise in nats, and their number. */
  surprise(text: string): Promise<{ nats: number; tokens: number }>
}

/** Loads a model for measuring: one thread, greedy. */
export async function openSpeaker(path: string): Promise<Speaker> {
  const llama = await getLlama({ build: 'never', gpu: false, maxThreads: 1, progressLogs: false })
  const model = await llama.loadModel({ modelPath: path })
  const context = await model.createContext({ contextSize: model.trainContextSize, sequences: 1, threads: 1 })
  const sequence = context.getSequence()
  return {
    model,
    async say(text, { limit = 160, schema } = {}) {
      await sequence.clearHistory()
      const tokens: Token[] = []
      const grammar = schema && new LlamaJsonSchemaGrammar(llama, schema as { readonly type: 'object' })
      const state = grammar && new LlamaGrammarEvaluationState({ model, grammar })
      for await (const token of sequence.evaluate(model.tokenize(text, true), {
        temperature: 0,
        yieldEogToken: true,
        ...(state && { grammarEvaluationState: state }),
      })) {
        if (model.isEogToken(token)) return model.detokenize(tokens)
        tokens.push(token)
        if (tokens.length === limit) break
      }
      return null
    },
    async surprise(text) {
      await sequence.clearHistory()
      const tokens = model.tokenize(text, true)
      const results = await sequence.controlledEvaluate(
        tokens.map(token => [token, { generateNext: { probabilities: true } }]),
      )
      let nats = 0
      for (const [index, next] of tokens.slice(1).entries()) {
        const probability = results[index]?.next.probabilities?.get(next) ?? 0
        nats -= Math.log(Math.max(probability, 1e-9))
      }
      return { nats, tokens: tokens.length - 1 }
    },
    async [Symbol.asyncDispose]() {
      await llama.dispose()
    },
  }
}
