/**
 * From the model's tokens to each dialect's wire: whatever a model writes, in whatever syntax for calls, and however that
 * is cut into tokens, the stream joined is the whole answer, it has exactly one end, and the arguments of calls parse.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MessageWhole } from '../core/anthropic/messages/answer.ts'
import { MessageEvents } from '../core/anthropic/messages/events.ts'
import { newMessage } from '../core/anthropic/wire.ts'
import type { Delta } from '../core/engine/engine.ts'
import { type AnswerDelta, type AnswerEnd, interpret } from '../core/generation/interpret.ts'
import { toolFormats } from '../core/generation/toolcalls/formats.ts'
import { readHarmony } from '../core/generation/toolcalls/harmony.ts'
import { type AnswerReader, createInterpreter } from '../core/generation/toolcalls/interpreter.ts'
import { readAnswer } from '../core/generation/toolcalls/machine.ts'
import { readRecipients } from '../core/generation/toolcalls/recipients.ts'
import { samples, sampleTools } from '../core/generation/toolcalls/samples.testing.ts'
import { joined, Speech } from '../core/ollama/speech.ts'
import { ChatAnswer } from '../core/openai/chat/answer.ts'
import { chunkOf, firstChunk } from '../core/openai/chat/chunks.ts'
import { ResponseWriter } from '../core/openai/responses/events.ts'
import { newResponse } from '../core/openai/responses/wire.ts'
import { newHead } from '../core/openai/wire.ts'

const reasoning = { open: '<think>', close: '</think>', openInPrompt: false }

function readerOf(id: string): AnswerReader {
  if (id === 'harmony') return readHarmony
  if (id === 'recipients') return readRecipients
  const format = toolFormats[id as keyof typeof toolFormats]
  return context => readAnswer(context, { format, reasoning })
}

const syntaxes = [...Object.keys(toolFormats), 'harmony', 'recipients']
const fragments = [...new Set(samples.flatMap(({ answer }) => answer.split(/(?<=[>\]}｜])|(?=[<[{])/)))]
const words = fc.oneof(
  fc.constantFrom(...fragments, '<think>', '</think>', '\n', '{"', '"}', '\\', '😀', ' '),
  fc.string({ unit: 'grapheme', maxLength: 5 }),
)

/** What a model writes: anything, a good call in the midst of it more often than not, cut into tokens anywhere. */
const written = fc
  .record({
    syntax: fc.constantFrom(...syntaxes),
    before: fc.array(words, { maxLength: 6 }),
    sample: fc.option(fc.nat(), { freq: 4 }),
    after: fc.array(words, { maxLength: 6 }),
    cuts: fc.array(fc.nat(300), { maxLength: 15 }),
    reason: fc.constantFrom('stop' as const, 'length' as const),
  })
  .map(({ syntax, before, sample, after, cuts, reason }) => {
    const fitting = samples.filter(({ format }) => format === syntax)
    const call = sample === null ? '' : (fitting[sample % Math.max(1, fitting.length)]?.answer ?? '')
    return { syntax, tokens: split(before.join('') + call + after.join(''), cuts), reason }
  })
  .filter(({ tokens }) => tokens.join('').isWellFormed())

function split(text: string, cuts: readonly number[]): string[] {
  const characters = [...text]
  const at = [0, ...cuts.map(cut => cut % (characters.length + 1)), characters.length].sort((a, b) => a - b)
  return at.slice(1).map((end, index) => characters.slice(at[index], end).join(''))
}

async function answerOf({
  syntax,
  tokens,
  reason,
}: {
  syntax: string
  tokens: string[]
  reason: 'stop' | 'length'
}) {
  async function* engine(): AsyncGenerator<Delta> {
    for (const text of tokens) yield { type: 'text', text, tokens: 1 }
    const usage = { promptTokens: 1, cachedTokens: 0, completionTokens: tokens.length, reasoningTokens: 0 }
    yield { type: 'end', reason, usage, timings: { queued: 0, prefill: 0, decode: 0 } }
  }
  const deltas: AnswerDelta[] = []
  for await (const delta of interpret(engine(), createInterpreter(readerOf(syntax), sampleTools)))
    deltas.push(delta)
  return deltas
}

/** What a client is left with, in any dialect. */
interface Heard {
  text: string
  thought: string
  calls: { name: string; arguments: unknown }[]
  ends: number
}

/** The answer itself: what every dialect has to tell. */
function said(deltas: readonly AnswerDelta[]): Heard {
  const calls: { name: string; json: string }[] = []
  for (const delta of deltas) {
    if (delta.type !== 'toolCall') continue
    calls[delta.index] ??= { name: delta.name ?? '', json: '' }
    calls[delta.index]!.json += delta.arguments
  }
  return {
    text: deltas.map(delta => (delta.type === 'text' ? delta.text : '')).join(''),
    thought: deltas.map(delta => (delta.type === 'reasoning' ? delta.text : '')).join(''),
    calls: calls.map(({ name, json }) => ({ name, arguments: JSON.parse(json) })),
    ends: deltas.filter(({ type }) => type === 'end').length,
  }
}

type Piece = Exclude<AnswerDelta, AnswerEnd>

/** Feeds an answer's gatherer. */
function whole<T>(
  deltas: readonly AnswerDelta[],
  answer: { add(delta: Piece): void; end(end: AnswerEnd): T },
): T {
  for (const delta of deltas) {
    if (delta.type === 'end') return answer.end(delta)
    answer.add(delta)
  }
  throw new Error('The answer has no end.')
}

const head = newHead('chatcmpl', 'm', '1')
const choice = { index: 0, functions: false }

const dialects: Record<string, (deltas: readonly AnswerDelta[]) => { streamed: Heard; whole: Heard }> = {
  chat: deltas => {
    const choices = [firstChunk(head, choice), ...deltas.map(delta => chunkOf(delta, head, choice))].flatMap(
      chunk => chunk.choices,
    )
    const calls: { name: string; json: string }[] = []
    for (const { index, function: part } of choices.flatMap(({ delta }) => delta.tool_calls ?? [])) {
      calls[index] ??= { name: part?.name ?? '', json: '' }
      calls[index].json += part?.arguments ?? ''
    }
    const { message } = whole(deltas, new ChatAnswer(choice)).choice
    return {
      streamed: {
        text: choices.map(({ delta }) => delta.content ?? '').join(''),
        thought: choices.map(({ delta }) => delta.reasoning_content ?? '').join(''),
        calls: calls.map(({ name, json }) => ({ name, arguments: JSON.parse(json) })),
        ends: choices.filter(({ finish_reason }) => finish_reason !== null).length,
      },
      whole: {
        text: message.content ?? '',
        thought: message.reasoning_content ?? '',
        calls: (message.tool_calls ?? []).flatMap(call =>
          call.type === 'function'
            ? { name: call.function.name, arguments: JSON.parse(call.function.arguments) }
            : [],
        ),
        ends: 1,
      },
    }
  },

  responses: deltas => {
    const writer = new ResponseWriter(newResponse({}, 'm', false))
    const events = [...writer.begin(), ...deltas.flatMap(delta => writer.add(delta))]
    const pieces = (type: string) =>
      events.map(event => ('delta' in event && event.type === type ? event.delta : ''))
    const { output } = writer.response
    const parts = (type: 'message' | 'reasoning') =>
      output.flatMap(item => (item.type === type ? item.content.map(({ text }) => text) : [])).join('')
    return {
      streamed: {
        text: pieces('response.output_text.delta').join(''),
        thought: pieces('response.reasoning_text.delta').join(''),
        calls: events.flatMap(event =>
          event.type === 'response.function_call_arguments.done'
            ? { name: event.name, arguments: JSON.parse(event.arguments) }
            : [],
        ),
        ends: events.filter(({ type }) => /^response\.(completed|incomplete|failed)$/.test(type)).length,
      },
      whole: {
        text: parts('message'),
        thought: parts('reasoning'),
        calls: output.flatMap(item =>
          item.type === 'function_call' ? { name: item.name, arguments: JSON.parse(item.arguments) } : [],
        ),
        ends: 1,
      },
    }
  },

  anthropic: deltas => {
    const message = newMessage('m', 1)
    const stream = new MessageEvents(message)
    const events = [...stream.begin(), ...deltas.flatMap(delta => stream.add(delta))]
    const blocks: { name: string; json: string }[] = []
    let [text, thought] = ['', '']
    for (const event of events) {
      if (event.type === 'content_block_start' && event.content_block.type === 'tool_use')
        blocks.push({ name: event.content_block.name, json: '' })
      if (event.type !== 'content_block_delta') continue
      if (event.delta.type === 'text_delta') text += event.delta.text
      if (event.delta.type === 'thinking_delta') thought += event.delta.thinking
      if (event.delta.type === 'input_json_delta') blocks.at(-1)!.json += event.delta.partial_json
    }
    const { content } = whole(deltas, new MessageWhole(message))
    return {
      streamed: {
        text,
        thought,
        calls: blocks.map(({ name, json }) => ({ name, arguments: JSON.parse(json) })),
        ends: events.filter(({ type }) => type === 'message_stop').length,
      },
      whole: {
        text: content.map(block => (block.type === 'text' ? block.text : '')).join(''),
        thought: content.map(block => (block.type === 'thinking' ? block.thinking : '')).join(''),
        calls: content.flatMap(block =>
          block.type === 'tool_use' ? { name: block.name, arguments: block.input } : [],
        ),
        ends: 1,
      },
    }
  },

  ollama: deltas => {
    const speech = new Speech()
    const lines = deltas.flatMap(delta => (delta.type === 'end' ? speech.end() : speech.add(delta)))
    const heard = (parts: readonly ReturnType<typeof joined>[]): Heard => ({
      text: parts.map(({ content }) => content).join(''),
      thought: parts.map(({ thinking = '' }) => thinking).join(''),
      calls: parts.flatMap(({ tool_calls = [] }) =>
        tool_calls.map(({ function: { name, arguments: given } }) => ({ name, arguments: given })),
      ),
      ends: 1,
    })
    return { streamed: heard(lines), whole: heard([joined(lines)]) }
  },
}

describe.each(Object.entries(dialects))('in the dialect of %s', (_, dialect) => {
  it('the stream, joined, is the whole answer, with one end and arguments that parse', async () => {
    let withCalls = 0
    await fc.assert(
      fc.asyncProperty(written, async answer => {
        const deltas = await answerOf(answer)
        const expected = said(deltas)
        const { streamed, whole } = dialect(deltas)
        if (expected.calls.length > 0) withCalls++
        expect(expected.ends).toBe(1)
        expect(streamed).toEqual(expected)
        expect(whole).toEqual(expected)
      }),
      { numRuns: 400 },
    )
    expect(withCalls).toBeGreaterThan(100)
  })
})
