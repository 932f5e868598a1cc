import { describe, expect, it } from 'vitest'
import type { ImpetusError } from '../../contract/errors.ts'
import type { Delta, GenerateRequest, LoadedModel, Tool } from '../engine.ts'
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
