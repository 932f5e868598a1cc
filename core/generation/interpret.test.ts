import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Delta, TokenLogprob, Tool } from '../engine/engine.ts'
import { checkFormat } from './check-format.ts'
import { type AnswerDelta, interpret } from './interpret.ts'
import { toolFormats } from './toolcalls/formats.ts'
import { createInterpreter } from './toolcalls/interpreter.ts'
import { readAnswer } from './toolcalls/machine.ts'

const end: Delta = {
  type: 'end',
  reason: 'stop',
  usage: { promptTokens: 1, cachedTokens: 0, completionTokens: 9, reasoningTokens: 0 },
  timings: { queued: 0, prefill: 0, decode: 0 },
}
const tools: readonly Tool[] = [{ name: 'f', parameters: { type: 'object' } }]

function interpreter() {
  const reasoning = { open: '<think>', close: '</think>', openInPrompt: false }
  return createInterpreter(context => readAnswer(context, { format: toolFormats.hermes, reasoning }), tools)
}

function logprob(text: string): TokenLogprob {
  return { token: 1, text, bytes: [...Buffer.from(text)], logprob: -1, top: [] }
}

/** One token for each piece. */
async function* engine(pieces: readonly string[], last: Delta = end): AsyncGenerator<Delta> {
  for (const text of pieces) yield { type: 'text', text, tokens: 1, logprobs: [logprob(text)] }
  yield last
}

async function all(deltas: AsyncIterable<AnswerDelta>): Promise<AnswerDelta[]> {
  const read: AnswerDelta[] = []
  for await (const delta of deltas) read.push(delta)
  return read
}

describe('an answer of reasoning, text and a call', () => {
  const pieces = [
    ...['<th', 'ink>', 'Hm', '.', '</think>', '\n\n', 'Let me', ' see.', '\n<tool_'],
    ...['call>\n{"name": "f", "arg', 'uments": {"a"', ': 1}}\n</tool_call>'],
  ]

  it('is told apart, and ends in calls', async () => {
    const deltas = await all(interpret(engine(pieces), interpreter()))
    const text = (type: string) =>
      deltas.map(delta => (delta.type === type && 'text' in delta ? delta.text : '')).join('')
    expect([text('reasoning'), text('text')]).toEqual(['Hm.', 'Let me see.'])
    const calls = deltas.filter(delta => delta.type === 'toolCall')
    expect(calls[0]).toMatchObject({ index: 0, name: 'f', id: expect.stringMatching(/^call_/) })
    expect(JSON.parse(calls.map(call => call.arguments).join(''))).toEqual({ a: 1 })
    expect(deltas.at(-1)).toMatchObject({ type: 'end', reason: 'toolCalls' })
    const last = deltas.at(-1)
    expect(last?.type === 'end' && last.usage.reasoningTokens).toBeGreaterThan(0)
  })

  it('has likelihoods with its text only', async () => {
    const deltas = await all(interpret(engine(pieces), interpreter()))
    for (const delta of deltas) if (delta.type !== 'text') expect(delta).not.toHaveProperty('logprobs')
    const told = deltas.flatMap(delta => (delta.type === 'text' ? (delta.logprobs ?? []) : []))
    expect(told.map(one => one.text).join('')).toContain('Let me see.')
  })

  it('that met its limit still says so', async () => {
    const deltas = await all(interpret(engine(pieces, { ...end, reason: 'length' }), interpreter()))
    expect(deltas.at(-1)).toMatchObject({ reason: 'length' })
  })
})

it('loses no text and no likelihood, however the text is cut, and has one end', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', ' ', '<', '>', '{', '"', 'think', '\n', 'ü', '😀') })
  await fc.assert(
    fc.asyncProperty(fc.array(text), async pieces => {
      const whole = pieces.join('')
      fc.pre(!whole.includes('<think>') && !whole.includes('<tool_call>'))
      const deltas = await all(interpret(engine(pieces), interpreter()))
      const texts = deltas.flatMap(delta => (delta.type === 'text' ? [delta] : []))
      expect(texts.map(delta => delta.text).join('')).toBe(whole)
      const told = texts.flatMap(delta => delta.logprobs ?? [])
      if (whole !== '') expect(told.map(one => one.text).join('')).toBe(whole)
      expect(deltas.filter(delta => delta.type === 'end')).toEqual([deltas.at(-1)])
    }),
  )
})

describe('an engine that breaks its word', () => {
  it.each([
    ['stops without an end', [{ type: 'text', text: 'a', tokens: 1 }]],
    ['begins twice', [{ type: 'start', promptTokens: 1 }, end]],
  ] as [string, Delta[]][])('and %s is an error', async (_name, deltas) => {
    async function* broken() {
      yield* deltas
    }
    await expect(all(interpret(broken()))).rejects.toMatchObject({ code: 'internal_error' })
  })

  it('has nothing after its end, and no empty text', async () => {
    const deltas = await all(
      interpret(
        (async function* () {
          yield { type: 'text', text: '', tokens: 0 } as const
          yield end
          yield { type: 'text', text: 'late', tokens: 1 } as const
        })(),
      ),
    )
    expect(deltas).toEqual([end])
  })
})

describe('a format', () => {
  const output = {
    kind: 'schema' as const,
    schema: { type: 'array', uniqueItems: true },
    param: 'response_format.schema',
  }
  const notEnforced = [{ path: '', keyword: 'uniqueItems' }]
  const check = async (text: string, last: Delta = end) => {
    const deltas = await all(checkFormat(interpret(engine([text], last)), output, notEnforced))
    return deltas.at(-1)
  }

  it.each([
    ['is kept', '[1, 2]', undefined],
    ['is broken', '[1, 1]', { path: '', keyword: 'uniqueItems' }],
    ['is cut off by a stop text', '[1, ', { path: '', keyword: 'type' }],
  ])('that %s', async (_name, text, violation) => {
    const last = await check(text)
    expect(last?.type === 'end' && last.violation).toEqual(violation)
  })

  it('of an answer that met its limit is not looked at', async () => {
    expect(await check('[1, 1', { ...end, reason: 'length' })).not.toHaveProperty('violation')
  })
})
