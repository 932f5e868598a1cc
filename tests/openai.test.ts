/** The official package against the whole core: over TCP and over the Unix socket, on llama.cpp and on the scripted engine. */
import { join } from 'node:path'
import OpenAI, { APIUserAbortError, BadRequestError, NotFoundError } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeTinyLlama } from '../scripts/gguf/fixtures.ts'
import { type StartedCore, startCore } from './support/core.ts'
import { EventReader } from './support/events.ts'

const contextLength = 32_768

describe.each([
  { engine: 'llama.cpp', model: 'tiny' },
  { engine: 'scripted', model: 'scripted' },
] as const)('on $engine', ({ engine, model }) => {
  let core: StartedCore
  let events: EventReader

  beforeAll(async () => {
    core = await startCore({
      ...(engine === 'scripted' && { engine, wordMilliseconds: 2 }),
      models: folder => writeTinyLlama(join(folder, 'Tiny.gguf'), { contextLength }),
      settings: { models: { default: 'tiny' } },
    })
    events = await EventReader.open(core)
  })

  afterAll(async () => {
    await events?.[Symbol.asyncDispose]()
    await core?.[Symbol.asyncDispose]()
  })

  describe.each(['TCP', 'the Unix socket'] as const)('over %s', transport => {
    const client = (): OpenAI =>
      transport === 'TCP'
        ? new OpenAI({ baseURL: `${core.url}/v1`, apiKey: 'not needed', maxRetries: 0 })
        : new OpenAI({
            baseURL: 'http://impetus/v1',
            apiKey: 'not needed',
            maxRetries: 0,
            fetch: core.socketFetch,
          })
    const messages = [
      { role: 'system' as const, content: 'You count.' },
      { role: 'user' as const, content: 'Please count to 50.' },
    ]

    it('lists the models and finds one', async () => {
      const list = await client().models.list()
      expect(list.data.map(one => one.id)).toContain(model)
      expect(await client().models.retrieve(model)).toMatchObject({
        id: model,
        object: 'model',
        default: true,
      })
    })

    it('streams an answer with its usage', async () => {
      const stream = await client().chat.completions.create({
        model,
        messages,
        max_tokens: 16,
        stream: true,
        stream_options: { include_usage: true },
      })
      const chunks: OpenAI.ChatCompletionChunk[] = []
      for await (const chunk of stream) chunks.push(chunk)
      const choices = chunks.flatMap(chunk => chunk.choices)
      expect(choices[0]?.delta.role).toBe('assistant')
      expect(choices.map(choice => choice.delta.content ?? '').join('')).not.toBe('')
      expect(choices.flatMap(choice => choice.finish_reason ?? [])).toEqual(['length'])
      expect(new Set(chunks.map(chunk => chunk.id)).size).toBe(1)
      expect(chunks.at(-1)?.usage).toMatchObject({ completion_tokens: 16 })
      expect(chunks.filter(chunk => chunk.usage)).toHaveLength(1)
    })

    it('says the same whole as streamed', async () => {
      const ask = { model, messages, max_tokens: 24, temperature: 0, seed: 1 }
      const whole = await client().chat.completions.create(ask)
      const stream = await client().chat.completions.create({ ...ask, stream: true })
      let text = ''
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
      expect(text).toBe(whole.choices[0]?.message.content)
      expect(whole.usage).toMatchObject({
        completion_tokens: 24,
        prompt_tokens_details: { cached_tokens: expect.any(Number) },
      })
    })

    it('stops half-way, and the engine is free within 250 ms', async () => {
      const { data: stream, request_id: id } = await client()
        .chat.completions.create({
          model,
          messages: [{ role: 'user', content: 'count to 20000' }],
          stream: true,
        })
        .withResponse()
      let seen = 0
      let stopped = 0
      const read = async () => {
        for await (const _chunk of stream) {
          if (++seen !== 30) continue
          stopped = Date.now()
          stream.controller.abort()
        }
      }
      // The package ends the loop quietly when its own controller was used.
      await read().catch(error => expect(error).toBeInstanceOf(APIUserAbortError))
      const finished = await events.next('request.finished', data => data.id === id)
      expect(finished.data).toMatchObject({ outcome: 'cancelled', model })
      expect(finished.data.completionTokens).toBeGreaterThan(0)
      expect(finished.time - stopped).toBeLessThan(250)
      expect((await core.status()).models.states.every(one => one.leases === 0)).toBe(true)
    })

    it('goes on from a text', async () => {
      const answer = await client().completions.create({
        model,
        prompt: 'I count to 12',
        max_tokens: 8,
        echo: true,
      })
      expect(answer.choices[0]?.text).toMatch(/^I count to 12.+/)
      expect(answer.usage?.completion_tokens).toBe(8)
    })

    it('answers with the default model when none is named', async () => {
      const answer = await client().chat.completions.create({ model: '', messages, max_tokens: 2 })
      expect(answer.model).toBe(model)
    })

    it('answers 404 for an unknown model, naming the ones there are', async () => {
      const asked = client().chat.completions.create({ model: 'gpt-5', messages })
      const error = await asked.catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(NotFoundError)
      expect(error).toMatchObject({
        code: 'model_not_found',
        param: 'model',
        message: expect.stringContaining(model),
      })
    })

    it.each([false, true])(
      'answers 400 for a prompt that does not fit the context (stream: %s)',
      async stream => {
        const content = 'word '.repeat(140_000)
        const asked = client().chat.completions.create({
          model,
          messages: [{ role: 'user', content }],
          stream,
        })
        const error = await asked.catch((caught: unknown) => caught)
        expect(error).toBeInstanceOf(BadRequestError)
        expect(error).toMatchObject({ code: 'context_length_exceeded', type: 'invalid_request_error' })
      },
    )

    it('answers 400 for a wrong type, naming the field', async () => {
      const asked = client().chat.completions.create({
        model,
        messages,
        temperature: 'hot' as unknown as number,
      })
      await expect(asked).rejects.toMatchObject({ status: 400, param: 'temperature' })
    })
  })
})
