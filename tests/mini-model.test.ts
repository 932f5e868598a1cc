/** The built-in model as a user meets it: the whole core, a real engine, the official `openai` package. Greedy. */
import OpenAI from 'openai'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { facts, refusal } from '../scripts/mini-model/facts.ts'
import { type StartedCore, startCore } from './support/core.ts'

const model = 'impetus-mini'
const greedy = { model, temperature: 0, max_tokens: 200 } as const

let core: StartedCore
let client: OpenAI

beforeAll(async () => {
  core = await startCore()
  client = new OpenAI({ baseURL: `${core.url}/v1`, apiKey: 'any' })
})
afterAll(() => core?.[Symbol.asyncDispose]())

async function ask(...messages: OpenAI.ChatCompletionMessageParam[]): Promise<string> {
  const { choices } = await client.chat.completions.create({ ...greedy, messages })
  expect(choices[0]?.finish_reason).toBe('stop')
  return choices[0]?.message.content ?? ''
}
const user = (content: string) => ({ role: 'user', content }) as const

test('it answers about Impetus and says where its knowledge ends', async () => {
  expect(await ask(user('What port does Impetus use?'))).toContain(facts.port)
  expect(await ask(user('where do models live'))).toContain(facts.models)
  expect(await ask(user('what is the capital of France?'))).toBe(refusal)
})

test('it keeps a name through a conversation', async () => {
  const first = user('Hi, my name is Olivia.')
  const answer = await ask(first)
  expect(await ask(first, { role: 'assistant', content: answer }, user('What is my name?'))).toContain(
    'Olivia',
  )
})

const tools: OpenAI.ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      description: 'Get the weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
]

test('a streamed tool call, and its result read back', async () => {
  const messages: OpenAI.ChatCompletionMessageParam[] = [user('what is the weather in Paris?')]
  const stream = client.chat.completions.stream({ ...greedy, messages, tools })
  const { message, finish_reason } = (await stream.finalChatCompletion()).choices[0]!
  expect(finish_reason).toBe('tool_calls')
  const call = message.tool_calls?.[0]
  if (call?.type !== 'function') throw new Error(`no call of a function: ${JSON.stringify(message)}`)
  expect(call.function.name).toBe('get_weather')
  expect(JSON.parse(call.function.arguments)).toEqual({ city: 'Paris' })

  messages.push(message, {
    role: 'tool',
    tool_call_id: call.id,
    content: '{"temperature":18,"sky":"sunny"}',
  })
  const { choices } = await client.chat.completions.create({ ...greedy, messages, tools })
  expect(choices[0]?.message.content).toBe('It is 18 degrees and sunny in Paris.')
})

test('it fills in the middle', async () => {
  const { choices } = await client.completions.create({
    ...greedy,
    prompt: 'function addNumbers(count: number, total: number): number {\n  return ',
    suffix: '\n}\n',
  })
  expect(choices[0]?.text).toMatch(/^count [+*] total$/)
})

test('what is longer than it was trained for is refused, with what helps', async () => {
  const long = user('tell me about the port of the server '.repeat(700))
  await expect(client.chat.completions.create({ ...greedy, messages: [long] })).rejects.toMatchObject({
    status: 400,
    code: 'context_length_exceeded',
    message: expect.stringContaining('download a model with a context of 32k or more'),
  })
})
