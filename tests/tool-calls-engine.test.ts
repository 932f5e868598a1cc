import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { GenerateRequest, LoadedModel, Tool } from '../core/engine/engine.ts'
import { EngineForTest, signal } from '../core/engine/llama.testing.ts'
import { checkValue } from '../core/generation/grammar/grammar.ts'
import { interpret } from '../core/generation/interpret.ts'
import { type ChatOptions, planGeneration } from '../core/generation/plan.ts'
import { TemplateProbe } from '../core/generation/templates/probe.ts'
import { writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { readCollection } from '../scripts/templates/collection.ts'

/**
 * A model of random weights wants nothing and knows nothing: when it calls a tool with arguments that fit, the grammar
 * made it, in the real sampler, and the reader understood it. With templates of real families.
 */
const families = [
  'Qwen-Qwen3-0.6B',
  'Qwen3-Coder',
  'meta-llama-Llama-3.1-8B-Instruct',
  'mistralai-Ministral-3-14B-Reasoning-2512',
  'deepseek-ai-DeepSeek-V3.1',
  'google-gemma-4-31B-it',
  'GLM-4.6',
  'LFM2-8B-A1B',
  'openai-gpt-oss-120b',
  'meetkai-functionary-medium-v3.2',
  'microsoft-Phi-3.5-mini-instruct',
]

const tools: readonly Tool[] = [
  {
    name: 'set_alarm',
    parameters: {
      type: 'object',
      properties: {
        hour: { type: 'integer', minimum: 0, maximum: 23 },
        day: { enum: ['monday', 'friday'] },
        loud: { type: 'boolean' },
        tags: { type: 'array', items: { enum: ['a', 'b'] }, maxItems: 2 },
      },
      required: ['hour', 'day'],
    },
  },
  { name: 'stop_alarm' },
]

const engine = await EngineForTest.start()
const probe = new TemplateProbe()
const templates = new Map(readCollection().map(({ name, source }) => [name, source]))

afterAll(() => engine.done())

describe.each(families)('%s', family => {
  let model: LoadedModel

  beforeAll(async () => {
    await writeTinyLlama(engine.path(family), {
      chatTemplate: templates.get(family) ?? '',
      contextLength: 8192,
    })
    model = await engine.load(family)
  })
  afterAll(() => model.dispose())

  async function answer(options: ChatOptions, seed: number) {
    const request: GenerateRequest = {
      prompt: { kind: 'chat', messages: [{ role: 'user', content: 'Wake me.' }], tools },
      stop: [],
      maxTokens: 500,
      sampling: { temperature: 1, seed },
    }
    const facts = await probe.facts(model, signal)
    if (!facts) throw new Error('no template')
    const plan = await planGeneration({
      request,
      options,
      facts,
      end: variables => probe.end(model, facts, variables, signal),
    })
    let text = ''
    const calls: { name: string; json: string }[] = []
    for await (const delta of interpret(
      skipStart(model.generate(plan.request, signal)),
      plan.interpreter?.(),
    )) {
      if (delta.type === 'text') text += delta.text
      if (delta.type === 'toolCall' && delta.id !== undefined)
        calls.push({ name: delta.name ?? '', json: '' })
      if (delta.type === 'toolCall') calls.at(-1)!.json += delta.arguments
      if (delta.type === 'end') return { text, calls, reason: delta.reason }
    }
    throw new Error('no end')
  }

  test.each([1, 2])('a forced call is a call that fits its schema (seed %i)', async seed => {
    const { text, calls, reason } = await answer(
      {
        toolChoice: { name: 'set_alarm' },
        parallelToolCalls: false,
        reasoning: { enabled: false, budgetTokens: 8 },
      },
      seed,
    )
    expect({ text, reason, names: calls.map(call => call.name) }).toEqual({
      text: '',
      reason: 'toolCalls',
      names: ['set_alarm'],
    })
    expect(checkValue(tools[0]?.parameters, JSON.parse(calls[0]?.json ?? ''), 'schema')).toBeUndefined()
  })

  test('an answer by schema is JSON that fits it', async () => {
    const schema = tools[0]?.parameters
    const { text, reason } = await answer(
      {
        toolChoice: 'none',
        output: { kind: 'schema', schema, param: 'format' },
        reasoning: { enabled: false, budgetTokens: 8 },
      },
      4,
    )
    expect(reason).toBe('stop')
    expect(checkValue(schema, JSON.parse(text), 'format')).toBeUndefined()
  })
})

async function* skipStart<Delta extends { readonly type: string }>(
  deltas: AsyncIterable<Delta>,
): AsyncGenerator<Delta> {
  for await (const delta of deltas) if (delta.type !== 'start') yield delta
}
