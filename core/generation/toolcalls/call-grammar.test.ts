import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseGbnf, Sampler } from '../../../tests/support/gbnf.ts'
import { llamaGrammar } from '../../../tests/support/llama-grammar.ts'
import type { Tool } from '../../engine/engine.ts'
import { checkValue } from '../grammar/grammar.ts'
import type { AnswerDelta } from './answer.ts'
import { forcedCalls, offeredCalls } from './call-grammar.ts'
import { toolFormats } from './formats.ts'
import { createInterpreter } from './interpreter.ts'
import { readAnswer } from './machine.ts'
import { samples, sampleTools } from './samples.testing.ts'

const tools: readonly Tool[] = [
  ...sampleTools,
  {
    name: 'write-file_2',
    parameters: {
      type: 'object',
      properties: {
        path: { type: 'string', pattern: '^[a-z]{1,8}\\.txt$' },
        content: { type: 'string' },
        mode: { enum: ['w', 'a'] },
        tags: { type: 'array', items: { type: 'string' } },
        limit: { type: ['integer', 'null'], minimum: 0 },
        when: { anyOf: [{ type: 'string', format: 'date' }, { type: 'boolean' }] },
        nested: { $ref: '#/$defs/node' },
      },
      required: ['path', 'content'],
      $defs: {
        node: { type: 'object', properties: { name: { type: 'string' }, next: { $ref: '#/$defs/node' } } },
      },
    },
  },
  { name: 'anything', parameters: { type: 'object', additionalProperties: true } },
  { name: 'nothing' },
]
const param = (index: number): string => `tools.${index}.function.parameters`
const marks = { open: '<think>', close: '</think>' }

function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

function callsIn(
  format: (typeof toolFormats)[keyof typeof toolFormats],
  text: string,
  openInPrompt: boolean,
) {
  const interpreter = createInterpreter(
    context => readAnswer(context, { format, reasoning: { ...marks, openInPrompt } }),
    tools,
  )
  const deltas: AnswerDelta[] = [...interpreter.push(text), ...interpreter.end()]
  const calls: { name: string; json: string }[] = []
  for (const delta of deltas) {
    if (delta.type !== 'toolCall') continue
    if (delta.id !== undefined) calls.push({ name: delta.name ?? '', json: '' })
    calls.at(-1)!.json += delta.arguments
  }
  return { calls, text: deltas.map(delta => (delta.type === 'text' ? delta.text : '')).join('') }
}

describe.each(Object.entries(toolFormats))('%s', (id, format) => {
  test('what the grammar of a forced call writes is read as calls that fit their schemas', async () => {
    const grammar = forcedCalls({ tools, format, parallel: true, param }, undefined)
    const llama = await llamaGrammar(grammar.text)
    const sampler = new Sampler(parseGbnf(grammar.text))
    fc.assert(
      fc.property(fc.nat(), seed => {
        const text = sampler.sample(random(seed), 14)
        expect([text, llama.accepts(text)]).toEqual([text, true])
        const read = callsIn(format, text, false)
        expect([text, read.calls.length > 0, read.text]).toEqual([text, true, ''])
        for (const call of read.calls) {
          const tool = tools.find(each => each.name === call.name)
          expect([text, tool?.name]).toEqual([text, call.name])
          const violation = checkValue(tool?.parameters ?? true, JSON.parse(call.json), 'schema')
          // Tags write a string as it is, so its pattern is left to the validator.
          if (violation?.keyword !== 'pattern')
            expect([text, call.json, violation]).toEqual([text, call.json, undefined])
        }
      }),
      { numRuns: 25 },
    )
  })

  test('the grammar accepts what the family writes', async () => {
    const own = samples.filter(sample => sample.format === id)
    const grammar = await llamaGrammar(forcedCalls({ tools, format, parallel: true, param }, undefined).text)
    const accepted = own.filter(sample =>
      grammar.accepts(sample.answer.slice(sample.text?.length ?? 0).trim()),
    )
    expect(accepted.length, own.map(sample => sample.answer).join('\n')).toBeGreaterThan(0)
  })

  test('offered calls begin with a trigger, and one call is one call', async () => {
    const { text, triggers } = offeredCalls({ tools, format, parallel: false, param })
    const sampler = new Sampler(parseGbnf(text))
    await llamaGrammar(text)
    expect(triggers?.length).toBeGreaterThan(0)
    for (let seed = 0; seed < 20; seed += 1) {
      const sample = sampler.sample(random(seed), 14)
      if (!format.bare)
        expect([sample, triggers?.some(trigger => sample.includes(trigger))]).toEqual([sample, true])
    }
    const forced = forcedCalls({ tools, format, parallel: false, param }, undefined)
    const single = new Sampler(parseGbnf(forced.text))
    for (let seed = 0; seed < 20; seed += 1) {
      expect(callsIn(format, single.sample(random(seed), 14), false).calls).toHaveLength(1)
    }
  })

  test('reasoning may come before a forced call, and must where the prompt opened it', async () => {
    const open = await llamaGrammar(
      forcedCalls({ tools, format, parallel: true, param }, { marks, state: 'open' }).text,
    )
    const free = await llamaGrammar(
      forcedCalls({ tools, format, parallel: true, param }, { marks, state: 'free' }).text,
    )
    const plain = forcedCalls({ tools, format, parallel: true, param }, undefined)
    const call = new Sampler(parseGbnf(plain.text)).sample(random(1), 10).trim()
    expect(open.accepts(`I < think </ so.\n</think>\n${call}`)).toBe(true)
    expect(open.accepts(call)).toBe(false)
    expect(free.accepts(call)).toBe(true)
    expect(free.accepts(`<think>\nso</think>\n${call}`)).toBe(true)
    expect(callsIn(format, `so\n</think>\n${call}`, true).calls.length).toBeGreaterThan(0)
  })
})

test('a grammar of 60 large tools is read at once', async () => {
  const many = Array.from({ length: 60 }, (_, index) => ({ ...tools[2]!, name: `tool_${index}` }))
  const started = performance.now()
  const { text } = forcedCalls({ tools: many, format: toolFormats.hermes, parallel: true, param }, undefined)
  await llamaGrammar(text)
  expect(performance.now() - started).toBeLessThan(3000)
})
