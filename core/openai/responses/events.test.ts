import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ImpetusError } from '../../contract/errors.ts'
import { createResponse, type WireResponse } from '../../contract/responses.ts'
import type { AnswerDelta, End } from '../wire.ts'
import { type ResponseEvent, ResponseWriter } from './events.ts'
import { newResponse } from './wire.ts'

function end(reason: End['reason'] = 'stop'): End {
  return {
    type: 'end',
    reason,
    usage: { promptTokens: 10, cachedTokens: 4, completionTokens: 3, reasoningTokens: 1 },
    timings: { queued: 1, prefill: 12, decode: 30 },
  }
}

function writer(): ResponseWriter {
  return new ResponseWriter(newResponse({ input: 'Hi' }, 'a-model', true))
}

/** What went over the wire. */
function sent(events: readonly ResponseEvent[]): ResponseEvent[] {
  return JSON.parse(JSON.stringify(events))
}

function stream(deltas: readonly AnswerDelta[]): { events: ResponseEvent[]; response: WireResponse } {
  const one = writer()
  const events = [...one.begin(), ...deltas].flatMap(each =>
    'sequence_number' in each ? sent([each]) : sent(one.add(each)),
  )
  return { events, response: createResponse.response.parse(JSON.parse(JSON.stringify(one.response))) }
}

describe('the events of an answer', () => {
  it('come in order, each thing begun before it grows and ended before the next', () => {
    const { events, response } = stream([
      { type: 'reasoning', text: 'Hm.', tokens: 1 },
      { type: 'text', text: 'A', tokens: 1 },
      { type: 'text', text: 'B', tokens: 1 },
      { type: 'toolCall', index: 0, id: 'call_1', name: 'f', arguments: '' },
      { type: 'toolCall', index: 0, arguments: '{"a"' },
      { type: 'toolCall', index: 0, arguments: ':1}' },
      { type: 'toolCall', index: 1, id: 'call_2', name: 'g', arguments: '{}' },
      end('toolCalls'),
    ])
    expect(events.map(event => event.type.replace('response.', ''))).toEqual([
      ...['created', 'in_progress'],
      ...['output_item.added', 'content_part.added', 'reasoning_text.delta', 'reasoning_text.done'],
      ...['content_part.done', 'output_item.done'],
      ...['output_item.added', 'content_part.added', 'output_text.delta', 'output_text.delta'],
      ...['output_text.done', 'content_part.done', 'output_item.done'],
      ...['output_item.added', 'function_call_arguments.delta', 'function_call_arguments.delta'],
      ...['function_call_arguments.done', 'output_item.done'],
      ...['output_item.added', 'function_call_arguments.delta', 'function_call_arguments.done'],
      ...['output_item.done', 'completed'],
    ])
    expect(events.map(event => event.sequence_number)).toEqual(events.map((_, index) => index))
    expect(response).toMatchObject({
      status: 'completed',
      output: [
        { type: 'reasoning', status: 'completed', content: [{ text: 'Hm.' }] },
        { type: 'message', status: 'completed', content: [{ type: 'output_text', text: 'AB' }] },
        { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{"a":1}' },
        { type: 'function_call', call_id: 'call_2', name: 'g', arguments: '{}' },
      ],
      usage: {
        input_tokens: 10,
        input_tokens_details: { cached_tokens: 4 },
        output_tokens: 3,
        output_tokens_details: { reasoning_tokens: 1 },
        total_tokens: 13,
      },
    })
  })

  it('end as incomplete where the limit was met, and the item with them', () => {
    const { events, response } = stream([{ type: 'text', text: 'A', tokens: 1 }, end('length')])
    expect(events.at(-1)?.type).toBe('response.incomplete')
    expect(response).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
      output: [{ status: 'incomplete' }],
    })
  })

  it('say where the text breaks its schema', () => {
    const violation = { path: 'a', keyword: 'uniqueItems' }
    const { response } = stream([
      { type: 'text', text: '{}', tokens: 1 },
      { ...end(), violation },
    ])
    expect(response).toMatchObject({ status: 'completed', schema_violation: violation })
  })

  it('end as failed with the error, and as cancelled, never with an item open', () => {
    const failed = writer()
    failed.add({ type: 'text', text: 'A', tokens: 1 })
    const last = failed.fail(new ImpetusError('engine_crashed', 'It died. Send it again.'))
    expect(last.map(event => event.type)).toEqual([
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.failed',
    ])
    expect(failed.response).toMatchObject({
      status: 'failed',
      error: { code: 'engine_crashed', message: 'It died. Send it again.' },
    })
    const cancelled = writer()
    expect(cancelled.cancel().map(event => event.type)).toEqual(['response.incomplete'])
    expect(cancelled.response.status).toBe('cancelled')
  })
})

const anyDelta = fc.oneof(
  fc.record({
    type: fc.constant('text' as const),
    text: fc.string({ minLength: 1 }),
    tokens: fc.constant(1),
  }),
  fc.record({
    type: fc.constant('reasoning' as const),
    text: fc.string({ minLength: 1 }),
    tokens: fc.constant(1),
  }),
  fc.record({ type: fc.constant('call' as const), pieces: fc.array(fc.string()), custom: fc.boolean() }),
)

/** Answers as the interpreter gives them: calls are numbered, and one ends before the next begins. */
const anyAnswer = fc
  .tuple(fc.array(anyDelta), fc.constantFrom('stop' as const, 'length' as const, 'toolCalls' as const))
  .map(([parts, reason]): AnswerDelta[] => {
    let calls = 0
    const deltas = parts.flatMap((part): AnswerDelta[] => {
      if (part.type !== 'call') return [part]
      const index = calls++
      const begun = {
        type: 'toolCall' as const,
        index,
        id: `call_${index}`,
        name: `f${index}`,
        arguments: '',
      }
      const pieces = part.pieces.map(piece => ({ type: 'toolCall' as const, index, arguments: piece }))
      return [begun, ...pieces].map(piece => (part.custom ? { ...piece, custom: true as const } : piece))
    })
    return [...deltas, end(reason)]
  })

it('whatever the answer, the events put together are the response, with exactly one end', () => {
  fc.assert(
    fc.property(anyAnswer, deltas => {
      const { events, response } = stream(deltas)
      const built: string[] = []
      for (const event of events) {
        if (event.type === 'response.output_item.added') built.push('')
        if (!('delta' in event)) continue
        expect(event.output_index).toBe(built.length - 1)
        built[built.length - 1] += event.delta
      }
      const texts = response.output.map(item => {
        if (item.type === 'function_call') return item.arguments
        return item.type === 'custom_tool_call' ? item.input : item.content.map(part => part.text).join('')
      })
      expect(built).toEqual(texts)
      const done = events.flatMap(event => (event.type === 'response.output_item.done' ? [event.item] : []))
      expect(done).toEqual(response.output)
      const ends = events.filter(event => /^response\.(completed|incomplete|failed)$/.test(event.type))
      expect(ends).toEqual([events.at(-1)])
      expect(events.at(-1)).toMatchObject({ response })
      expect(events.map(event => event.sequence_number)).toEqual(events.map((_, index) => index))
    }),
  )
})
