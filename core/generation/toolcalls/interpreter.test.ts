import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { AnswerDelta } from './answer.ts'
import { toolFormats } from './formats.ts'
import { readHarmony } from './harmony.ts'
import { type AnswerReader, createInterpreter } from './interpreter.ts'
import { readAnswer } from './machine.ts'
import { readRecipients } from './recipients.ts'
import { samples, sampleTools } from './samples.testing.ts'

const formats = { ...toolFormats } as Readonly<Record<string, (typeof toolFormats)[keyof typeof toolFormats]>>

function readerOf(format: string): AnswerReader {
  if (format === 'harmony') return readHarmony
  if (format === 'recipients') return readRecipients
  const found = formats[format]
  if (!found) throw new Error(`no format ${format}`)
  return context =>
    readAnswer(context, {
      format: found,
      reasoning: { open: '<think>', close: '</think>', openInPrompt: false },
    })
}

interface Read {
  text: string
  reasoning: string
  calls: { id: string; name: string; json: string }[]
}

/** What a client makes of the deltas; checks that they come in order. */
function collect(deltas: readonly AnswerDelta[]): Read {
  const read: Read = { text: '', reasoning: '', calls: [] }
  for (const delta of deltas) {
    if (delta.type !== 'toolCall') {
      expect(delta.text).not.toBe('')
      read[delta.type] += delta.text
    } else if (delta.id !== undefined) {
      expect(delta.index).toBe(read.calls.length)
      expect(delta.name).toBeTruthy()
      read.calls.push({ id: delta.id, name: delta.name ?? '', json: delta.arguments })
    } else {
      expect(delta.index).toBe(read.calls.length - 1)
      read.calls[delta.index]!.json += delta.arguments
    }
  }
  for (const call of read.calls) expect(JSON.parse(call.json)).toBeTypeOf('object')
  expect(new Set(read.calls.map(call => call.id)).size).toBe(read.calls.length)
  return read
}

function readAll(format: string, pieces: readonly string[]): Read {
  const interpreter = createInterpreter(readerOf(format), sampleTools)
  return collect([...pieces.flatMap(piece => interpreter.push(piece)), ...interpreter.end()])
}

const plain = ({ text, reasoning, calls }: Read): unknown => ({
  text,
  reasoning,
  calls: calls.map(({ name, json }) => ({ name, json })),
})

/** Cuts a text between any of its characters. */
function split(text: string, cuts: readonly number[]): string[] {
  const characters = [...text]
  const at = [...new Set([0, ...cuts.map(cut => cut % (characters.length + 1)), characters.length])].sort(
    (a, b) => a - b,
  )
  return at.slice(1).map((end, index) => characters.slice(at[index], end).join(''))
}

describe('every family', () => {
  test.each(samples)('$format: $answer', ({ format, answer, text, calls }) => {
    const read = readAll(format, [answer])
    expect({
      text: read.text,
      calls: read.calls.map(({ name, json }) => ({ name, arguments: JSON.parse(json) })),
    }).toEqual({
      text: text ?? '',
      calls,
    })
    expect(plain(readAll(format, [...answer]))).toEqual(plain(read))
  })

  test('every format has a sample', () => {
    const tried = new Set(samples.map(sample => sample.format))
    expect(Object.keys(toolFormats).filter(id => !tried.has(id))).toEqual([])
  })

  test.each(samples)(
    '$format cut anywhere: whole calls stay, arguments parse ($answer)',
    ({ format, answer, calls }) => {
      const characters = [...answer]
      for (let length = 0; length < characters.length; length += 1) {
        const read = readAll(format, [characters.slice(0, length).join('')])
        for (const [index, call] of read.calls.slice(0, -1).entries()) {
          expect(JSON.parse(call.json)).toEqual(calls[index]?.arguments)
        }
        expect(read.calls.map(call => call.name)).toEqual(
          calls.slice(0, read.calls.length).map(call => call.name),
        )
      }
    },
  )
})

const ids = [...Object.keys(toolFormats), 'harmony', 'recipients']
/** Pieces of every syntax, whole and broken, between words. */
const fragments = [
  ...new Set(samples.flatMap(({ answer }) => answer.split(/(?<=[>\]}｜])|(?=[<[{])/))),
  ...[
    '<think>',
    '</think>',
    'Hello ',
    '\n',
    ' ',
    '{',
    '}',
    '"',
    '\\',
    '😀',
    'get_weather',
    'null',
    '<tool',
    '[',
    ']',
    '(',
    ')',
  ],
]
const messy = fc
  .array(fc.oneof(fc.constantFrom(...fragments), fc.string({ unit: 'grapheme', maxLength: 4 })), {
    maxLength: 14,
  })
  .map(parts => parts.join(''))
  .filter(text => text.isWellFormed())

test('any answer in any syntax reads the same however it is split, and its arguments parse', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ids),
      messy,
      fc.array(fc.nat(200), { maxLength: 12 }),
      (format, answer, cuts) => {
        expect(plain(readAll(format, split(answer, cuts)))).toEqual(plain(readAll(format, [answer])))
      },
    ),
    { numRuns: 1500 },
  )
})

test('a sample in the middle of anything reads the same however it is split', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...samples),
      messy,
      messy,
      fc.array(fc.nat(400), { maxLength: 20 }),
      ({ format, answer }, before, after, cuts) => {
        const whole = before + answer + after
        expect(plain(readAll(format, split(whole, cuts)))).toEqual(plain(readAll(format, [whole])))
      },
    ),
    { numRuns: 1000 },
  )
})

test('text without calls comes out as it is', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(toolFormats)),
      messy,
      fc.array(fc.nat(200), { maxLength: 12 }),
      (format, answer, cuts) => {
        const read = readAll(format, split(answer, cuts))
        if (read.calls.length === 0 && read.reasoning === '' && !answer.includes('<think>'))
          expect(read.text).toBe(answer)
      },
    ),
    { numRuns: 1500 },
  )
})

test('no letter or digit is lost or doubled, with calls or without', () => {
  const letters = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '')
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', 'b', '1', ' ', '\n'), maxLength: 30 }),
      fc.constantFrom(...samples),
      (words, sample) => {
        if (
          sample.format === 'harmony' ||
          sample.format === 'recipients' ||
          toolFormats[sample.format as keyof typeof toolFormats].bare
        )
          return
        const read = readAll(sample.format, [`${words}${sample.answer}`])
        expect(letters(read.text)).toBe(letters(words) + letters(sample.text ?? ''))
        expect(read.calls).toHaveLength(sample.calls.length)
      },
    ),
  )
})
