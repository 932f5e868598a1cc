import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chatChunk, createChatCompletion } from '../../contract/chat.ts'
import { type AnswerDelta, type End, newHead, wireUsage } from '../wire.ts'
import { ChatAnswer, chatCompletion } from './answer.ts'
import { type Choice, chunkOf, firstChunk, usageChunk } from './chunks.ts'

const head = newHead('chatcmpl', 'a-model', '1.2.3')

function end(reason: End['reason'] = 'stop'): End {
  return {
    type: 'end',
    reason,
    usage: { promptTokens: 10, cachedTokens: 4, completionTokens: 3, reasoningTokens: 1 },
    timings: { queued: 1, prefill: 12, decode: 30 },
  }
}

const only: Choice = { index: 0, functions: false }

function streamed(deltas: readonly AnswerDelta[], includeUsage = false, choice = only) {
  const last = deltas.at(-1)
  const usage = includeUsage && last?.type === 'end' ? [usageChunk(head, wireUsage(last))] : []
  return [firstChunk(head, choice), ...deltas.map(delta => chunkOf(delta, head, choice)), ...usage]
}

function whole(deltas: readonly AnswerDelta[], choice = only) {
  const answer = new ChatAnswer(choice)
  for (const delta of deltas) {
    if (delta.type === 'end') return chatCompletion(head, [answer.end(delta)], delta)
    answer.add(delta)
  }
  throw new Error('The deltas have no end.')
}

describe('a stream', () => {
  it('begins with the role and ends with one finish reason', () => {
    const chunks = streamed([{ type: 'text', text: 'Hi', tokens: 1 }, end()])
    expect(chunks.map(chunk => chunk.choices[0])).toEqual([
      { index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null },
      { index: 0, delta: { content: 'Hi' }, logprobs: null, finish_reason: null },
      { index: 0, delta: {}, logprobs: null, finish_reason: 'stop' },
    ])
    expect(head.id).toMatch(/^chatcmpl-[0-9a-f]{32}$/)
    expect(chunks[0]).toMatchObject({
      object: 'chat.completion.chunk',
      model: 'a-model',
      system_fingerprint: 'impetus-1.2.3',
    })
  })

  it('has the usage in an event of its own, only when it was asked for', () => {
    expect(streamed([end()]).some(chunk => 'usage' in chunk)).toBe(false)
    const last = streamed([end()], true).at(-1)
    expect(last).toMatchObject({
      choices: [],
      usage: {
        prompt_tokens: 10,
        completion_tokens: 3,
        total_tokens: 13,
        prompt_tokens_details: { cached_tokens: 4 },
        completion_tokens_details: { reasoning_tokens: 1 },
      },
    })
  })

  it('has the timings with the finish reason', () => {
    expect(streamed([end('length')]).at(-1)).toMatchObject({
      choices: [{ finish_reason: 'length' }],
      timings: { queued_ms: 1, cache_n: 4, prompt_n: 6, prompt_per_token_ms: 2, predicted_per_second: 100 },
    })
  })
})

describe('a whole answer', () => {
  it('has text, reasoning and usage', () => {
    const answer = whole([
      { type: 'reasoning', text: 'Hm.', tokens: 1 },
      { type: 'text', text: 'Hi', tokens: 2 },
      end(),
    ])
    expect(answer.choices).toEqual([
      {
        index: 0,
        message: { role: 'assistant', content: 'Hi', refusal: null, reasoning_content: 'Hm.' },
        logprobs: null,
        finish_reason: 'stop',
      },
    ])
    expect(answer.usage.total_tokens).toBe(13)
  })

  it('has null for its content when it only calls tools, and an empty text when it says nothing', () => {
    const call: AnswerDelta = { type: 'toolCall', index: 0, id: 'c', name: 'f', arguments: '{}' }
    expect(whole([call, end('toolCalls')]).choices[0]).toMatchObject({
      message: { content: null },
      finish_reason: 'tool_calls',
    })
    expect(whole([end()]).choices[0]?.message.content).toBe('')
  })
})

describe('the older form', () => {
  const old: Choice = { index: 2, functions: true }
  const deltas: AnswerDelta[] = [
    { type: 'toolCall', index: 0, id: 'c', name: 'f', arguments: '' },
    { type: 'toolCall', index: 0, arguments: '{"a":1}' },
    end('toolCalls'),
  ]

  it('has its call as function_call, whole and streamed', () => {
    expect(whole(deltas, old).choices).toMatchObject([
      {
        index: 2,
        message: { content: null, function_call: { name: 'f', arguments: '{"a":1}' } },
        finish_reason: 'function_call',
      },
    ])
    const choices = streamed(deltas, false, old).flatMap(chunk => chunk.choices)
    expect(choices.map(choice => choice.delta.function_call)).toEqual([
      undefined,
      { name: 'f', arguments: '' },
      { arguments: '{"a":1}' },
      undefined,
    ])
    expect(choices.at(-1)).toMatchObject({ index: 2, finish_reason: 'function_call' })
    expect(JSON.stringify(choices)).not.toContain('tool_calls')
  })
})

it('says where an answer breaks its schema', () => {
  const violation = { path: 'a.0', keyword: 'uniqueItems' }
  const last = [
    { type: 'text' as const, text: '{}', tokens: 1 },
    { ...end(), violation },
  ]
  expect(whole(last).choices[0]?.schema_violation).toEqual(violation)
  expect(streamed(last).at(-1)?.choices[0]?.schema_violation).toEqual(violation)
})

it('tells how likely each token was', () => {
  const best = { token: 5, text: 'a', bytes: [97], logprob: -0.5 }
  const text: AnswerDelta = {
    type: 'text',
    text: 'a',
    tokens: 1,
    logprobs: [{ ...best, top: [best, { ...best, text: 'b', bytes: [98], logprob: -Infinity }] }],
  }
  const told = { token: 'a', bytes: [97], logprob: -0.5 }
  const logprobs = {
    content: [{ ...told, top_logprobs: [told, { token: 'b', bytes: [98], logprob: -9999 }] }],
    refusal: null,
  }
  expect(whole([text, end()]).choices[0]?.logprobs).toEqual(logprobs)
  expect(streamed([text, end()])[1]?.choices[0]?.logprobs).toEqual(logprobs)
})

/** Any answer: pieces of text, reasoning and tool calls in any order, an end. */
const anyDeltas = fc
  .record({
    pieces: fc.array(
      fc.oneof(
        fc.record({
          type: fc.constant('text' as const),
          text: fc.string({ unit: 'grapheme', minLength: 1 }),
        }),
        fc.record({
          type: fc.constant('reasoning' as const),
          text: fc.string({ unit: 'binary', minLength: 1 }),
        }),
        fc.record({ type: fc.constant('call' as const), index: fc.nat({ max: 3 }), text: fc.string() }),
      ),
    ),
    reason: fc.constantFrom('stop' as const, 'length' as const, 'toolCalls' as const),
  })
  .map(({ pieces, reason }): AnswerDelta[] => {
    const seen = new Set<number>()
    const deltas = pieces.map((piece): AnswerDelta => {
      if (piece.type !== 'call') return { ...piece, tokens: 1 }
      const first = !seen.has(piece.index)
      seen.add(piece.index)
      const { index, text } = piece
      return {
        type: 'toolCall',
        index,
        ...(first && { id: `call_${index}`, name: `f${index}` }),
        arguments: text,
        // Every other tool is a custom one.
        ...(index % 2 === 1 && { custom: true }),
      }
    })
    return [...deltas, end(reason)]
  })

describe('whatever the engine says', () => {
  it('the joined stream is the whole answer, with exactly one finish', () => {
    fc.assert(
      fc.property(anyDeltas, fc.boolean(), (deltas, includeUsage) => {
        const sent = JSON.parse(JSON.stringify(streamed(deltas, includeUsage))) as unknown[]
        const chunks = sent.map(chunk => chatChunk.parse(chunk))
        const answer = createChatCompletion.response.parse(JSON.parse(JSON.stringify(whole(deltas))))
        const { message, finish_reason } = answer.choices[0]!
        const choices = chunks.flatMap(chunk => chunk.choices)

        expect(choices.map(choice => choice.delta.content ?? '').join('')).toBe(message.content ?? '')
        expect(choices.map(choice => choice.delta.reasoning_content ?? '').join('')).toBe(
          message.reasoning_content ?? '',
        )
        const finishes = choices.flatMap(choice => choice.finish_reason ?? [])
        expect(finishes).toEqual([finish_reason])
        expect(choices.at(-1)?.finish_reason).toBe(finish_reason)
        expect(new Set(chunks.map(chunk => chunk.id))).toEqual(new Set([answer.id]))
        expect(choices.filter(choice => choice.delta.role !== undefined)).toEqual([choices[0]])
        expect(chunks.filter(chunk => chunk.usage !== undefined)).toHaveLength(includeUsage ? 1 : 0)

        const calls = new Map<number, { id: string; name: string; arguments: string }>()
        for (const call of choices.flatMap(choice => choice.delta.tool_calls ?? [])) {
          const known = calls.get(call.index)
          const { name = known?.name ?? '', ...said } = call.function ?? { ...call.custom }
          const more = 'arguments' in said ? said.arguments : said.input
          const first = [call.id, call.type, (call.function ?? call.custom)?.name]
          if (known === undefined) expect(first).not.toContain(undefined)
          else expect(first).toEqual([undefined, undefined, undefined])
          const id = known?.id ?? call.id ?? ''
          calls.set(call.index, { id, name, arguments: (known?.arguments ?? '') + more })
        }
        const wholeCalls = (message.tool_calls ?? []).map(call =>
          call.type === 'custom'
            ? { id: call.id, name: call.custom.name, arguments: call.custom.input }
            : { id: call.id, ...call.function },
        )
        expect([...calls.values()]).toEqual(wholeCalls)
      }),
      { numRuns: 200 },
    )
  })
})
