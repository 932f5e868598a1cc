import type { ChatMessage, ChatPrompt, Tool } from '../../core/engine/engine.ts'

/** Chats that every template has to render. */
export interface Conversation {
  readonly name: string
  readonly chat: Omit<ChatPrompt, 'kind'>
  readonly options?: { readonly enabled: boolean }
}

export const tools: readonly Tool[] = [
  {
    name: 'get_weather',
    description: 'The weather in a city, "today" & later.',
    parameters: {
      type: 'object',
      properties: {
        city: { type: 'string', description: 'Name of the city' },
        days: { type: 'integer', description: 'How many days' },
        units: { type: 'string', enum: ['metric', 'imperial'], description: 'Units' },
      },
      required: ['city'],
    },
  },
  {
    name: 'write_file',
    description: 'Writes a file.',
    parameters: {
      type: 'object',
      properties: {
        path: { type: 'string', description: 'Where' },
        content: { type: 'string', description: 'What' },
        tags: { type: 'array', items: { type: 'string' }, description: 'Tags' },
      },
      required: ['path', 'content'],
    },
  },
]

/** What authors leave out at times: types, descriptions, properties. */
const bareTools: readonly Tool[] = [
  {
    name: 'set_level',
    description: 'Sets it.',
    parameters: {
      type: 'object',
      properties: {
        level: { enum: ['low', 'high'], description: 'How much' },
        more: { anyOf: [{ type: 'string' }, { type: 'null' }], description: 'More' },
        nested: {
          type: 'object',
          properties: { deep: { type: 'array', items: { type: 'integer' }, description: 'Deep' } },
          description: 'Nested',
        },
      },
      required: ['level'],
    },
  },
  { name: 'stop', description: 'Stops.', parameters: { type: 'object', properties: {} } },
]

const system: ChatMessage = { role: 'system', content: 'Be brief.' }
export const user: ChatMessage = { role: 'user', content: 'What is the weather in Zürich?' }
const call = {
  id: 'call_Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8',
  name: 'get_weather',
  arguments: '{"city": "Zürich", "days": 3}',
}
const second = {
  id: 'call_Zz1Yy2Xx3Ww4Vv5Uu6Tt7Ss8',
  name: 'write_file',
  arguments: '{"path": "a/b.txt", "content": "Line \\"1\\"\\n<b>2</b>", "tags": ["x", "y"]}',
}
export const calls: ChatMessage = { role: 'assistant', content: '', toolCalls: [call] }
const result: ChatMessage = {
  role: 'tool',
  content: '{"sky": "clear"}',
  toolCallId: call.id,
  name: call.name,
}
const answer: ChatMessage = { role: 'assistant', content: 'It is clear.' }
const thanks: ChatMessage = { role: 'user', content: 'Thanks. And tomorrow?' }

export const conversations: readonly Conversation[] = [
  { name: 'one message', chat: { messages: [user] } },
  { name: 'two turns', chat: { messages: [system, user, answer, thanks] } },
  { name: 'tools offered', chat: { messages: [system, user], tools } },
  { name: 'result of a call', chat: { messages: [system, user, calls, result], tools } },
  {
    name: 'call, result, answer, next turn',
    chat: { messages: [system, user, calls, result, answer, thanks], tools },
  },
  {
    name: 'two calls at once, with text',
    chat: {
      messages: [
        system,
        user,
        { role: 'assistant', content: 'I will look.', toolCalls: [call, second] },
        result,
        { role: 'tool', content: 'done', toolCallId: second.id, name: second.name },
      ],
      tools,
    },
  },
  { name: 'tools with bare schemas', chat: { messages: [user], tools: bareTools } },
  {
    name: 'earlier reasoning',
    chat: { messages: [system, user, { ...answer, reasoning: 'Let me think.' }, thanks] },
  },
  { name: 'thinking off', chat: { messages: [user] }, options: { enabled: false } },
  { name: 'thinking on', chat: { messages: [user] }, options: { enabled: true } },
]
