import { expect, test } from 'vitest'
import { llamaGrammar } from '../../../tests/support/llama-grammar.ts'
import { anyObject } from '../grammar/convert.ts'
import { Rules } from '../grammar/rules.ts'
import { jsonSyntax } from '../grammar/syntax.ts'
import { sampleTools } from './samples.testing.ts'
import {
  forcedHarmony,
  forcedRecipients,
  heldHarmony,
  heldRecipients,
  offeredHarmony,
  offeredRecipients,
} from './whole-grammar.ts'

const calls = { tools: sampleTools, parallel: true, param: (index: number) => `tools.${index}` }
const weather = '{"city": "Bern", "days": 3}'
const header = '<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>'
const older = ' to=functions.get_weather<|channel|>commentary json<|message|>'
const thought = '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant'

test.each([
  [
    'forced',
    forcedHarmony(calls),
    [header + weather, older + weather, thought + header + weather],
    ['Hi', `${header}{}`, `${thought}Hi`],
  ],
  [
    'offered',
    offeredHarmony(calls),
    [header.slice(header.indexOf(' to=')) + weather, older + weather],
    [`${older}{"city": 1}`, ' to=functions.other<|message|>{}'],
  ],
  [
    'held',
    heldHarmony(...held()),
    ['<|channel|>final<|message|>{"a": 1}', `${thought}<|channel|>final <|constrain|>json<|message|>{}`],
    ['{}', '<|channel|>final<|message|>Hi'],
  ],
])('Harmony, %s', async (_, grammar, valid, invalid) => {
  const llama = await llamaGrammar(grammar.text)
  for (const text of valid) expect([text, llama.accepts(text)]).toEqual([text, true])
  for (const text of invalid) expect([text, llama.accepts(text)]).toEqual([text, false])
})

test.each([
  [
    'forced',
    forcedRecipients(calls),
    [`get_weather\n${weather}`, `get_weather\n${weather}>>>list_files\n{}`],
    ['all\nHi', 'get_weather\n{}'],
  ],
  [
    'offered',
    offeredRecipients(calls),
    ['all\nHi > there', `all\nHi>>>get_weather\n${weather}`, 'list_files\n{}'],
    ['get_weather\n{}', 'all\nHi>>>other\n{}'],
  ],
  ['held', heldRecipients(...held()), ['all\n{"a": 1}'], ['all\nHi', '{}']],
])('recipients, %s', async (_, grammar, valid, invalid) => {
  const llama = await llamaGrammar(grammar.text)
  for (const text of valid) expect([text, llama.accepts(text)]).toEqual([text, true])
  for (const text of invalid) expect([text, llama.accepts(text)]).toEqual([text, false])
})

function held(): [Rules, string] {
  const rules = new Rules()
  return [rules, anyObject(rules, jsonSyntax)]
}
