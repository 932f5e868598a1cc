import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { ImpetusError } from '../contract/errors.ts'
import { ollamaChat } from '../contract/ollama.ts'
import type { AnswerDelta } from '../generation/interpret.ts'
import { endForTest, frameForTest, ScriptedGenerator } from '../generation/scripted.testing.ts'
import type { Generator } from '../generation/types.ts'
import { ScriptedLibrary } from '../library/scripted-library.ts'
import type { Residency } from '../residency/types.ts'
import { ollamaChatRoutes } from './chat/routes.ts'
import { ollamaEnvelope } from './errors.ts'

const untouched = {} as Residency

function open(generator: Generator, stream = {}) {
  const app = frameForTest([{ path: '/api/chat', envelope: ollamaEnvelope }])
  ollamaChatRoutes(app, { library: new ScriptedLibrary(), residency: untouched, generator, stream })
  return (body: object) =>
    app.request('/api/chat', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'scripted', messages: [{ role: 'user', content: 'Hello' }], ...body }),
    })
}

async function linesOf(response: Response): Promise<object[]> {
  expect(response.headers.get('content-type')).toBe('application/x-ndjson')
  return (await response.text())
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as object)
}

const said: AnswerDelta[] = [
  { type: 'reasoning', text: 'Hm.', tokens: 1 },
  { type: 'text', text: 'Yes.', tokens: 1 },
]

it('tells what the model thought apart from its answer', async () => {
  const post = open(new ScriptedGenerator([...said, endForTest()]))
  const whole = ollamaChat.response.parse(await (await post({ stream: false })).json())
  expect(whole.message).toEqual({ role: 'assistant', content: 'Yes.', thinking: 'Hm.' })
  const lines = (await linesOf(await post({}))).map(line => ollamaChat.response.parse(line))
  expect(lines.map(line => line.message)).toEqual([
    { role: 'assistant', content: '', thinking: 'Hm.' },
    { role: 'assistant', content: 'Yes.' },
    { role: 'assistant', content: '' },
  ])
  expect(lines.map(line => line.done)).toEqual([false, false, true])
})

it('hands on how long the model is to stay', async () => {
  const generator = new ScriptedGenerator([endForTest()])
  await open(generator)({ stream: false, keep_alive: '5m', think: true })
  expect(generator.opened).toMatchObject([
    { keepMilliseconds: 300_000, request: { options: { reasoning: { enabled: true } } } },
  ])
})

it('ends a stream whose engine dies with a line that is an error', async () => {
  const error = new ImpetusError('engine_crashed', 'The engine ended.')
  const lines = await linesOf(await open(new ScriptedGenerator(said, error))({}))
  expect(lines).toHaveLength(3)
  expect(lines.at(-1)).toEqual({ error: 'The engine ended.' })
})

it('gives signs of life that every client can read while a model loads', async () => {
  const generator = new ScriptedGenerator([...said, endForTest()])
  const loading: Generator = { open: input => sleep(150).then(() => generator.open(input)) }
  const lines = await linesOf(await open(loading, { patience: 20, keepAlive: 30 })({}))
  const parsed = lines.map(line => ollamaChat.response.parse(line))
  expect(parsed.length).toBeGreaterThan(3)
  expect(parsed.filter(line => line.done)).toEqual([parsed.at(-1)])
  expect(parsed.map(line => line.message.content).join('')).toBe('Yes.')
})
