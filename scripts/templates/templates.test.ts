import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { hasCollection, readCollection } from './collection.ts'
import { calls, conversations, tools, user } from './conversations.ts'
import { planFor, prepare, specials, variablesFor } from './prepare.ts'
import { hash, now, type Reference, referenceFile } from './reference.ts'

/** Templates that cannot be used as they are, and why. */
const unusable: Readonly<Record<string, string>> = {
  'fireworks-ai-llama-3-firefunction-v2':
    'wants the tools as a text in a variable of its own, and the time in another',
}

/** Templates that Python renders otherwise or not at all once there are tools, and why that is not our fault. */
const differs: Readonly<Record<string, string>> = {
  'CohereForAI-c4ai-command-r-plus-tool_use':
    'says `.items` for the key of that name, which is a method in Python: lists become List[Union[]] instead of List[str]',
  'llama-cpp-deepseek-r1': "fails in Python: a filter's result cannot be made JSON there",
}

const reference = JSON.parse(readFileSync(referenceFile, 'utf8')) as Reference

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(now) })
})
afterAll(() => {
  vi.useRealTimers()
})

test('the collection is where node-llama-cpp keeps it', () => {
  expect(hasCollection()).toBe(true)
  const names = readCollection().map(({ name }) => name)
  expect(names.length).toBeGreaterThanOrEqual(60)
  expect(Object.keys(reference.templates).sort()).toEqual(names.filter(name => !(name in unusable)).sort())
})

describe.each(readCollection().filter(({ name }) => !(name in unusable)))('$name', ({ name, source }) => {
  const known = reference.templates[name]

  test('is the template that the reference was made of', () => {
    expect(known?.source).toBe(hash(source))
  })

  test.each(conversations)('$name renders as Python renders it', async conversation => {
    const prepared = await prepare(source)
    const [given, rendered] = known?.cases[conversation.name]?.split(' ') ?? []
    const variables = await variablesFor(prepared, conversation)
    // When this fails our code hands the template something else than it did: node scripts/templates/reference.ts
    expect(hash(JSON.stringify(variables))).toBe(given)
    const mayDiffer = name in differs && conversation.chat.tools !== undefined
    const { prompt } = (await planFor(prepared, conversation)).request
    if (prompt.kind !== 'chat') throw new Error('a chat became something else')
    const text = await prepared.render(prompt)
    if (mayDiffer) expect(hash(text)).not.toBe(rendered)
    else expect(hash(text)).toBe(rendered)
    expect(text.split(specials.bos).length - 1).toBeLessThanOrEqual(1)
    for (const message of conversation.chat.messages) {
      // Mistral Nemo's template shows the system message only while the user is speaking.
      const hidden = message.role === 'system' && conversation.chat.messages.at(-1)?.role === 'tool'
      if (!hidden && message.role !== 'assistant' && message.role !== 'tool')
        expect(text).toContain(message.content)
    }
    for (const tool of conversation.chat.tools ?? []) expect(text).toContain(tool.name)
  })

  test('what it writes of a call is read as that call', async () => {
    const prepared = await prepare(source)
    const plan = await planFor(prepared, {
      name: 'call',
      chat: { messages: [user, calls], tools, addGenerationPrompt: false },
    })
    const { prompt } = plan.request
    if (prompt.kind !== 'chat') throw new Error('a chat became something else')
    const text = await prepared.render(prompt)
    const [call] = calls.toolCalls ?? []
    const found = answersIn(text).map(answer => {
      const interpreter = plan.interpreter?.()
      // Earlier answers are shown without the reasoning that the prompt opens for the next.
      if (plan.request.reasoning?.openInPrompt) interpreter?.push(plan.request.reasoning.close)
      const deltas = [...(interpreter?.push(answer) ?? []), ...(interpreter?.end() ?? [])]
      const read = deltas.filter(delta => delta.type === 'toolCall')
      return { name: read[0]?.name, arguments: read.map(delta => delta.arguments).join('') }
    })
    const whole = found
      .filter(({ arguments: json }) => json !== '')
      .map(each => ({ ...each, arguments: JSON.parse(each.arguments) }))
    expect(whole).toContainEqual({ name: call?.name, arguments: JSON.parse(call?.arguments ?? '') })
  })
})

/** Where the assistant's part of a prompt may begin: after the user's message, or after the last line break. */
function answersIn(text: string): string[] {
  const after = text.slice(text.lastIndexOf(user.content) + user.content.length)
  return [
    after,
    ...[...after.matchAll(/\n\n?/g)].map(match => after.slice(match.index + match[0].length)),
    after.replace(/^.*?>>>/s, ''),
  ]
}
