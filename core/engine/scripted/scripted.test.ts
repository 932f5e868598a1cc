import { describe, expect, it } from 'vitest'
import type { ImpetusError } from '../../contract/errors.ts'
import type { ChatAsked, ChatMessage, Delta, GenerateRequest, LoadedModel, Tool } from '../engine.ts'
import { exampleOf } from './arguments.ts'
import { createScriptedEngine, type ScriptedOptions } from './scripted.ts'
import { StopFilter } from './stop.ts'
import { words } from './words.ts'

const never = new AbortController().signal

function chat(content: string, more: Partial<GenerateRequest> = {}, tools?: Tool[]): GenerateRequest {
  const messages = [{ role: 'user' as const, content }]
  return { prompt: { kind: 'chat', messages, ...(tools && { tools }) }, stop: [], sampling: {}, ...more }
}

async function load(options: ScriptedOptions = {}): Promise<LoadedModel> {
  return createScriptedEngine(options).load({ id: 'scripted', path: '' }, { signal: never })
}

async function collect(deltas: AsyncIterable<Delta>): Promise<Delta[]> {
  const all: Delta[] = []
  for await (const delta of deltas) all.push(delta)
  return all
}

function textOf(deltas: readonly Delta[]): string {
  return deltas.map(delta => (delta.type === 'text' ? delta.text : '')).join('')
}

function callsIn(deltas: readonly Delta[]): { name: string; arguments: unknown }[] {
  const calls = deltas.filter(delta => delta.type === 'toolCall')
  if (calls.length === 0) return []
  const json = calls.map(call => call.arguments).join('')
  return [{ name: calls[0]?.name ?? '', arguments: JSON.parse(json) }]
}

describe('the scripted engine', () => {
  it('streams an answer word by word, with start first and end last', async () => {
    const deltas = await collect((await load()).generate(chat('count to 5'), never))
    expect(deltas[0]).toEqual({ type: 'start', promptTokens: 5 })
    expect(deltas.slice(1, -1).map(delta => delta.type === 'text' && delta.text)).toEqual([
      '1',
      ' 2',
      ' 3',
      ' 4',
      ' 5',
    ])
    expect(deltas.at(-1)).toMatchObject({
      type: 'end',
      reason: 'stop',
      usage: { promptTokens: 5, completionTokens: 5 },
    })
  })

  it('calls the first tool whose arguments it can make up, then answers plainly', async () => {
    const model = await load()
    const tools: Tool[] = [
      { name: 'unfit', parameters: { type: 'object', properties: { a: { $ref: '#/x' } }, required: ['a'] } },
      {
        name: 'read',
        parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
      },
    ]
    const called = await collect(model.generate(chat('Read it', {}, tools), never))
    expect(called[1]).toMatchObject({ type: 'toolCall', index: 0, name: 'read', arguments: '' })
    const json = called.map(delta => (delta.type === 'toolCall' ? delta.arguments : '')).join('')
    expect(JSON.parse(json)).toEqual({ path: 'example' })
    expect(called.at(-1)).toMatchObject({ type: 'end', reason: 'toolCalls' })

    const messages = [
      { role: 'user' as const, content: 'Read it' },
      { role: 'tool' as const, content: 'forty-two', toolCallId: 'call_0' },
    ]
    const answered = await collect(
      model.generate({ prompt: { kind: 'chat', messages, tools }, stop: [], sampling: {} }, never),
    )
    expect(textOf(answered)).toBe('The tool answered: forty-two')
  })

  it('makes the one call that the words name, and none when there is no such tool', async () => {
    const model = await load()
    const tools: Tool[] = [{ name: 'first' }, { name: 'read' }]
    const named = await collect(
      model.generate(chat('Please call read with {"a": {"b": "}"}} and say so', {}, tools), never),
    )
    expect(callsIn(named)).toEqual([{ name: 'read', arguments: { a: { b: '}' } } }])
    const unknown = await collect(model.generate(chat('call write with {}', {}, tools), never))
    expect(textOf(unknown)).toBe('You said: call write with {}')
  })

  it('answers after a result whatever else the turn brings, and calls again in the next turn', async () => {
    const model = await load()
    const tools: Tool[] = [{ name: 'read' }]
    const turn: ChatMessage[] = [
      { role: 'user', content: 'Read it' },
      { role: 'assistant', content: '', toolCalls: [{ id: 'a', name: 'read', arguments: '{}' }] },
      { role: 'tool', content: 'forty-two', toolCallId: 'a' },
      { role: 'user', content: 'A reminder of the agent' },
    ]
    const ask = (messages: readonly ChatMessage[]) =>
      collect(model.generate({ prompt: { kind: 'chat', messages, tools }, stop: [], sampling: {} }, never))
    expect(textOf(await ask(turn))).toBe('The tool answered: forty-two')
    const next: ChatMessage[] = [
      ...turn,
      { role: 'assistant', content: 'Done' },
      { role: 'user', content: 'Again' },
    ]
    expect(callsIn(await ask(next))).toEqual([{ name: 'read', arguments: {} }])
  })

  it('obeys a forced call and a format for the answer', async () => {
    const model = await load()
    const tools: Tool[] = [{ name: 'read' }]
    const messages: ChatMessage[] = [{ role: 'tool', content: 'x', toolCallId: 'a' }]
    const forced = model.generate(
      { prompt: { kind: 'chat', messages, tools }, stop: [], sampling: {}, chat: { toolChoice: 'required' } },
      never,
    )
    expect(callsIn(await collect(forced))).toEqual([{ name: 'read', arguments: {} }])
    const schema = { type: 'object', properties: { a: { type: 'integer' } }, required: ['a'] }
    const output = async (format: NonNullable<ChatAsked['output']>) =>
      JSON.parse(textOf(await collect(model.generate(chat('Hi', { chat: { output: format } }), never))))
    expect(await output({ kind: 'schema', schema })).toEqual({ a: 1 })
    expect(await output({ kind: 'object' })).toEqual({ answer: 'You said: Hi' })
  })

  it('is certain of each word, where likelihoods are asked for', async () => {
    const deltas = await collect((await load()).generate(chat('count to 2', { logprobs: { top: 1 } }), never))
    expect(deltas[2]).toMatchObject({
      text: ' 2',
      logprobs: [{ text: ' 2', bytes: [32, 50], logprob: 0, top: [{ text: ' 2', logprob: 0 }] }],
    })
  })

  it('embeds and ranks by the words that texts share', async () => {
    const model = await load({ contextLength: 4 })
    const { vectors, promptTokens } = await model.embed({ inputs: ['a red fox', 'A red  fox', 'b'] }, never)
    expect(vectors[0]).toEqual(vectors[1])
    expect(vectors[2]).not.toEqual(vectors[0])
    expect(vectors.map(vector => Math.hypot(...vector))).toEqual([1, 1, 1].map(one => expect.closeTo(one, 5)))
    expect(promptTokens).toBe(7)
    const short = await model.embed({ inputs: ['1 2 3 4 5'], dimensions: 8, truncate: true }, never)
    expect(short).toMatchObject({ promptTokens: 4, vectors: [{ length: 8 }] })
    await expect(model.embed({ inputs: ['1 2 3 4 5'] }, never)).rejects.toMatchObject({
      code: 'context_length_exceeded',
    })
    const { scores } = await model.rank({ query: 'red fox', documents: ['a red fox', 'a fox', 'b'] }, never)
    expect(scores).toEqual([1, 0.5, 0])
  })

  it('stops at maxTokens and at stop texts that lie across words', async () => {
    const model = await load()
    const cut = await collect(model.generate(chat('count to 9', { maxTokens: 3 }), never))
    expect(textOf(cut)).toBe('1 2 3')
    expect(cut.at(-1)).toMatchObject({ reason: 'length', usage: { completionTokens: 3 } })
    const stopped = await collect(model.generate(chat('count to 9', { stop: ['4 5'] }), never))
    expect(textOf(stopped)).toBe('1 2 3 ')
    expect(stopped.at(-1)).toMatchObject({ reason: 'stop', stopSequence: '4 5' })
  })

  it('refuses a prompt that fills the context and ends an answer that does', async () => {
    const model = await load({ contextLength: 8 })
    await expect(
      collect(model.generate(chat('one two three four five six seven'), never)),
    ).rejects.toMatchObject({
      code: 'context_length_exceeded',
      param: 'messages',
    } satisfies Partial<ImpetusError>)
    const full = await collect(model.generate(chat('count to 9'), never))
    expect(full.at(-1)).toMatchObject({ reason: 'length', usage: { completionTokens: 3 } })
  })

  it.each([
    ['loading', { loadMilliseconds: 60_000 }],
    ['in prefill', { prefillMilliseconds: 60_000 }],
    ['between words', { wordMilliseconds: 60_000 }],
  ])('hears an abort %s and throws its reason', async (_when, options) => {
    const controller = new AbortController()
    const { signal } = controller
    const reason = new Error('gone')
    const run = async () => {
      const model = await createScriptedEngine(options).load({ id: 'scripted', path: '' }, { signal })
      return collect(model.generate(chat('hello'), signal))
    }
    const running = run()
    setTimeout(() => controller.abort(reason), 20)
    await expect(running).rejects.toBe(reason)
  })

  it('dies as a runner does when told to', async () => {
    const engine = createScriptedEngine({ wordMilliseconds: 60_000 })
    const model = await engine.load({ id: 'scripted', path: '' }, { signal: never })
    const running = collect(model.generate(chat('hello'), never))
    setTimeout(() => engine.crash('test'), 20)
    await expect(running).rejects.toMatchObject({ code: 'engine_crashed' })
    expect(await model.ended).toEqual({ by: 'crash', reason: 'test' })
  })

  it('gives tokens back as the text they were', async () => {
    const model = await load()
    const text = ' a b  a\n'
    const tokens = await model.tokenize(text, { special: true }, never)
    expect(tokens).toEqual([0, 1, 2, 3])
    expect(await model.detokenize(tokens, never)).toBe(text)
  })
})

describe('exampleOf', () => {
  it.each([
    [{ type: 'string' }, 'example'],
    [{ enum: ['b', 'a'] }, 'b'],
    [{ type: ['integer', 'null'], minimum: 3 }, 3],
    [{ type: 'array', items: { type: 'boolean' }, minItems: 2 }, [false, false]],
    [{ anyOf: [{ type: 'null' }, { type: 'string' }] }, null],
    [{ type: 'object', properties: { a: { type: 'number' }, b: {} }, required: ['a'] }, { a: 1 }],
    [{ $ref: '#/somewhere' }, undefined],
  ])('%j → %j', (schema, example) => {
    expect(exampleOf(schema)).toEqual(example)
  })
})

describe('StopFilter', () => {
  it('takes the earliest stop text and gives back what only looked like one', () => {
    const filter = new StopFilter(['END', 'EN.'])
    expect(filter.push('a E')).toEqual({ text: 'a ' })
    expect(filter.push('Nx')).toEqual({ text: 'ENx' })
    expect(filter.push('yEN')).toEqual({ text: 'y' })
    expect(filter.flush()).toBe('EN')
    expect(filter.push('1EN.2END')).toEqual({ text: '1', stop: 'EN.' })
  })
})

describe('words', () => {
  it.each(['', ' ', 'a', ' a  b\n', 'a\tb '])('joins back to %j', text => {
    expect(words(text).join('')).toBe(text)
  })
})
