import { expect, test } from 'vitest'
import { Random } from '../gguf/random.ts'
import { edit } from './edits.ts'
import { hole } from './infill.ts'
import { snippet } from './snippets.ts'
import { extraction } from './structure.ts'
import { toolTurn } from './tools.ts'

const times = (count: number, run: (random: Random) => void) => {
  const random = new Random(11)
  for (let i = 0; i < count; i++) run(random)
}

test('every argument of a call stands in the request, and the tool is defined', () =>
  times(500, random => {
    const { messages, tools } = toolTurn(random)
    let asked = ''
    for (const message of messages) {
      if (message.role === 'user') asked = message.content
      if (message.role !== 'assistant') continue
      for (const call of message.calls ?? []) {
        const tool = tools.find(known => known.name === call.name)
        expect(tool).toBeDefined()
        for (const key of tool!.parameters.required ?? []) expect(call.arguments).toHaveProperty([key])
        for (const value of Object.values(call.arguments).flat()) expect(asked).toContain(String(value))
      }
    }
  }))

test('every value of an extraction stands in the text', () =>
  times(500, random => {
    const { messages, expected } = extraction(random)
    const asked = messages.findLast(message => message.role === 'user')!.content
    for (const value of Object.values(expected).flat())
      if (typeof value !== 'boolean') expect(asked).toContain(String(value))
  }))

test('a hole puts the snippet back together', () =>
  times(500, random => {
    const { code } = snippet(random)
    const { prefix, middle, suffix } = hole(code, random)
    expect(prefix + middle + suffix).toBe(code)
    expect(middle).not.toBe('')
  }))

test('an edit changes the snippet', () =>
  times(300, random => {
    const { before, after } = edit(random)
    expect(after).not.toBe(before)
    expect(after.trim()).not.toBe('')
  }))

test('the same seed makes the same exercises', () => {
  expect(toolTurn(new Random(5))).toEqual(toolTurn(new Random(5)))
  expect(toolTurn(new Random(5))).not.toEqual(toolTurn(new Random(6)))
})
