import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createMessage, type MessageEvent, messageEvent } from '../../contract/anthropic.ts'
import { type AnswerDelta, type End, newMessage } from '../wire.ts'
import { MessageWhole } from './answer.ts'
import { MessageEvents } from './events.ts'

const message = newMessage('a-model', 10)

function end(reason: End['reason'] = 'stop', stopSequence?: string): End {
  return {
    type: 'end',
    reason,
    ...(stopSequence !== undefined && { stopSequence }),
    usage: { promptTokens: 10, cachedTokens: 4, completionTokens: 3, reasoningTokens: 1 },
    timings: { queued: 1, prefill: 12, decode: 30 },
  }
}

function streamed(deltas: readonly AnswerDelta[]): MessageEvent[] {
  const events = new MessageEvents(message)
  return [...events.begin(), ...deltas.flatMap(delta => events.add(delta))]
}

function whole(deltas: readonly AnswerDelta[]) {
  const answer = new MessageWhole(message)
  for (const delta of deltas) {
    if (delta.type === 'end') return answer.end(delta)
    answer.add(delta)
  }
  throw new Error('The deltas have no end.')
}

const text = (text: string): AnswerDelta => ({ type: 'text', text, tokens: 1 })

it('says where an answer breaks its schema, streamed and whole', () => {
  const violation = { path: 'a', keyword: 'not' }
  const deltas = [text('{}'), { ...end(), violation }]
  expect(whole(deltas).schema_violation).toEqual(violation)
  const last = streamed(deltas).find(event => event.type === 'message_delta')
  expect(last).toMatchObject({ delta: { stop_reason: 'end_turn', schema_violation: violation } })
  expect(whole([end()])).not.toHaveProperty('schema_violation')
})

describe('a stream', () => {
  it('has Anthropic’s events in their order', () => {
    const deltas: AnswerDelta[] = [
      { type: 'reasoning', text: 'Hm.', tokens: 1 },
      text('Let'),
      text(' me see.'),
      { type: 'toolCall', index: 0, id: 'c0', name: 'read', arguments: '' },
      { type: 'toolCall', index: 0, arguments: '{"a":' },
      { type: 'toolCall', index: 0, arguments: '1}' },
      { type: 'toolCall', index: 1, id: 'c1', name: 'list', arguments: '{}' },
      end('toolCalls'),
    ]
    const usage = {
      input_tokens: 10,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 0,
      output_tokens: 0,
      output_tokens_details: { thinking_tokens: 0 },
    }
    expect(streamed(deltas)).toEqual([
      {
        type: 'message_start',
        message: { ...message, content: [], stop_reason: null, stop_sequence: null, usage },
      },
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'thinking', thinking: '', signature: '' },
      },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 'Hm.' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: '' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '', citations: null } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'Let' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: ' me see.' } },
      { type: 'content_block_stop', index: 1 },
      {
        type: 'content_block_start',
        index: 2,
        content_block: { type: 'tool_use', id: 'c0', name: 'read', input: {} },
      },
      { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{"a":' } },
      { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '1}' } },
      { type: 'content_block_stop', index: 2 },
      {
        type: 'content_block_start',
        index: 3,
        content_block: { type: 'tool_use', id: 'c1', name: 'list', input: {} },
      },
      { type: 'content_block_delta', index: 3, delta: { type: 'input_json_delta', partial_json: '{}' } },
      { type: 'content_block_stop', index: 3 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'tool_use', stop_sequence: null },
        usage: {
          input_tokens: 6,
          cache_creation_input_tokens: 0,
          cache_read_input_tokens: 4,
          output_tokens: 3,
          output_tokens_details: { thinking_tokens: 1 },
        },
      },
      { type: 'message_stop' },
    ])
    expect(message.id).toMatch(/^msg_[0-9a-f]{32}$/)
  })

  it('has no block when nothing is said', () => {
    expect(streamed([end()]).map(event => event.type)).toEqual([
      'message_start',
      'message_delta',
      'message_stop',
    ])
  })
})

it.each([
  ['the end of a turn', end(), 'end_turn', null],
  ['a stop sequence', end('stop', 'END'), 'stop_sequence', 'END'],
  ['the limit', end('length'), 'max_tokens', null],
  ['calls', end('toolCalls'), 'tool_use', null],
])('stops for %s', (_, last, stop_reason, stop_sequence) => {
  expect(whole([text('a'), last])).toMatchObject({ stop_reason, stop_sequence })
})

it('has no arguments where they were cut off', () => {
  const cut: AnswerDelta = { type: 'toolCall', index: 0, id: 'c', name: 'f', arguments: '{"path": "/tm' }
  expect(whole([cut, end('length')])).toMatchObject({
    content: [{ type: 'tool_use', id: 'c', name: 'f', input: {} }],
    stop_reason: 'max_tokens',
  })
})

/** Any answer: text, reasoning and calls (in their order, each in any pieces), an end. */
const anyPart = fc.oneof(
  fc.record({
    type: fc.constantFrom('text' as const, 'reasoning' as const),
    pieces: fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1 }),
  }),
  fc.record({
    type: fc.constant('call' as const),
    json: fc.dictionary(fc.string(), fc.jsonValue()).map(value => JSON.stringify(value)),
    cuts: fc.array(fc.nat({ max: 200 })),
  }),
)

const anyDeltas = fc
  .record({
    parts: fc.array(anyPart),
    reason: fc.constantFrom('stop' as const, 'length' as const, 'toolCalls' as const),
  })
  .map(({ parts, reason }): AnswerDelta[] => {
    let calls = 0
    const deltas = parts.flatMap((part): AnswerDelta[] => {
      if (part.type !== 'call') return part.pieces.map(text => ({ type: part.type, text, tokens: 1 }))
      const index = calls++
      const cuts = [...part.cuts, part.json.length].sort((a, b) => a - b)
      const pieces = cuts.map((cut, at) => part.json.slice(cuts[at - 1] ?? 0, cut))
      return [
        { type: 'toolCall', index, id: `call_${index}`, name: `f${index}`, arguments: '' },
        ...pieces.map((piece): AnswerDelta => ({ type: 'toolCall', index, arguments: piece })),
      ]
    })
    return [...deltas, end(reason)]
  })

describe('whatever the engine says', () => {
  it('the joined stream is the whole answer, with exactly one end', () => {
    fc.assert(
      fc.property(anyDeltas, deltas => {
        const sent = JSON.parse(JSON.stringify(streamed(deltas))) as unknown[]
        const events = sent.map(event => messageEvent.parse(event))
        const answer = createMessage.response.parse(JSON.parse(JSON.stringify(whole(deltas))))

        expect(events.filter(event => event.type === 'message_start')).toEqual([events[0]])
        expect(events.filter(event => event.type === 'message_stop')).toEqual([events.at(-1)])
        const blocks: unknown[] = []
        let json = ''
        let open: number | undefined
        for (const event of events) {
          if (event.type === 'content_block_start') {
            expect([open, event.index]).toEqual([undefined, blocks.length])
            open = event.index
            json = ''
            blocks.push({ ...event.content_block })
          } else if (event.type === 'content_block_delta') {
            expect(event.index).toBe(open)
            const block = blocks.at(-1) as Record<string, string>
            if (event.delta.type === 'text_delta') block.text += event.delta.text
            else if (event.delta.type === 'thinking_delta') block.thinking += event.delta.thinking
            else if (event.delta.type === 'signature_delta') block.signature = event.delta.signature
            else json += event.delta.partial_json
          } else if (event.type === 'content_block_stop') {
            expect(event.index).toBe(open)
            open = undefined
            if (json !== '')
              blocks[event.index] = { ...(blocks[event.index] as object), input: JSON.parse(json) }
          } else {
            expect(open).toBeUndefined()
          }
        }
        expect(blocks).toEqual(answer.content)
        expect(events.at(-2)).toEqual({
          type: 'message_delta',
          delta: { stop_reason: answer.stop_reason, stop_sequence: answer.stop_sequence },
          usage: answer.usage,
        })
      }),
      { numRuns: 200 },
    )
  })
})
