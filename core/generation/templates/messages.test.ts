import { describe, expect, test } from 'vitest'
import type { ChatMessage } from '../../engine/engine.ts'
import { toolFormats } from '../toolcalls/formats.ts'
import { ableFacts } from './facts.testing.ts'
import { adaptMessages } from './messages.ts'

const system: ChatMessage = { role: 'system', content: 'Be brief.' }
const user: ChatMessage = { role: 'user', content: 'Weather?' }
const one = { id: 'call_AAAAAAAAAAAAAAAAAAAAAAA1', name: 'get_weather', arguments: '{"city":"Bern"}' }
const two = { id: 'call_BBBBBBBBBBBBBBBBBBBBBBB2', name: 'get_weather', arguments: '{"city":"Oslo"' }
const calls: ChatMessage = { role: 'assistant', content: 'I look.', reasoning: 'Hm.', toolCalls: [one, two] }
const sunny: ChatMessage = { role: 'tool', content: 'sunny', toolCallId: one.id }
const rain: ChatMessage = { role: 'tool', content: 'rain', toolCallId: two.id }
const plain = { facts: ableFacts, describe: [], notation: undefined, byHand: false }
const tool = { name: 'get_weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } }

describe('messages for a template', () => {
  test('that can do everything are left as they are', () => {
    const messages = [system, user, calls, sunny, rain, user]
    expect(adaptMessages(messages, plain)).toEqual(messages)
  })

  test('without system messages: the text goes before the first user message', () => {
    const adaptation = { ...plain, facts: { ...ableFacts, system: false } }
    expect(adaptMessages([system, user], adaptation)).toEqual([
      { role: 'user', content: 'Be brief.\n\nWeather?' },
    ])
    expect(adaptMessages([system], adaptation)).toEqual([{ role: 'user', content: 'Be brief.' }])
  })

  test('with a system message only at the start: later ones are the user’s', () => {
    const adapted = adaptMessages([system, user, system], {
      ...plain,
      facts: { ...ableFacts, lateSystem: false },
    })
    expect(adapted.map(message => message.role)).toEqual(['system', 'user', 'user'])
  })

  test('that wants turns: users in a row are one', () => {
    const adapted = adaptMessages([user, user, calls], {
      ...plain,
      facts: { ...ableFacts, alternates: true },
    })
    expect(adapted.map(message => message.content)).toEqual(['Weather?\n\nWeather?', 'I look.'])
  })

  test('with one call a message: each call is followed by its result', () => {
    const adapted = adaptMessages([user, calls, sunny, rain, user], {
      ...plain,
      facts: { ...ableFacts, parallelCalls: false },
    })
    expect(adapted).toEqual([
      user,
      { ...calls, toolCalls: [one] },
      sunny,
      { role: 'assistant', content: '', toolCalls: [two] },
      rain,
      user,
    ])
  })

  test('with short ids: calls and results still belong together', () => {
    const adapted = adaptMessages([user, calls, sunny, rain], {
      ...plain,
      facts: { ...ableFacts, shortIds: true },
    })
    const ids = adapted[1]?.toolCalls?.map(call => call.id)
    expect(ids).toEqual(['AAAAAAAA1', 'BBBBBBBB2'])
    expect(adapted.slice(2).map(message => message.toolCallId)).toEqual(ids)
  })

  test('without tools: they are described, calls and results written, nothing is lost', () => {
    const adaptation = {
      facts: { ...ableFacts, tools: false, toolCalls: false, toolResults: false },
      describe: [tool],
      notation: toolFormats.hermes,
      byHand: true,
    }
    const adapted = adaptMessages([system, user, calls, sunny, rain, user], adaptation)
    expect(adapted.map(message => message.role)).toEqual(['system', 'user', 'assistant', 'user'])
    expect(adapted[0]?.content).toContain('Be brief.\n\n# Tools')
    expect(adapted[0]?.content).toContain(JSON.stringify(tool.name))
    expect(adapted[0]?.content).toContain('<tool_call>\n{"name": "NAME"')
    expect(adapted[2]?.content).toBe(
      'I look.\n<tool_call>\n{"name": "get_weather", "arguments": {"city":"Bern"}}\n</tool_call>\n' +
        // What was cut off is no JSON to show.
        '<tool_call>\n{"name": "get_weather", "arguments": {}}\n</tool_call>',
    )
    expect(adapted[3]?.content).toBe(
      '<tool_response>\nsunny\n</tool_response>\n<tool_response>\nrain\n</tool_response>\n\nWeather?',
    )
  })

  test('of Harmony: thoughts and words before a call share their one place', () => {
    const adapted = adaptMessages([user, calls], {
      ...plain,
      facts: { ...ableFacts, syntax: { kind: 'harmony' } },
    })
    expect(adapted[1]).toMatchObject({ reasoning: 'Hm.\nI look.', content: '' })
  })

  test('the beginning of a conversation stays the same when it grows', () => {
    const variants = [
      plain,
      {
        facts: { ...ableFacts, parallelCalls: false, shortIds: true },
        describe: [],
        notation: undefined,
        byHand: false,
      },
      {
        facts: { ...ableFacts, system: false, toolResults: false, toolCalls: false, tools: false },
        describe: [tool],
        notation: toolFormats.hermes,
        byHand: true,
      },
    ]
    for (const adaptation of variants) {
      const short = adaptMessages([system, user, calls, sunny, rain], adaptation)
      const long = adaptMessages(
        [system, user, calls, sunny, rain, { role: 'assistant', content: 'Done.' }, user],
        adaptation,
      )
      expect(long.slice(0, short.length)).toEqual(short)
    }
  })
})
