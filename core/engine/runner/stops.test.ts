import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StopMatcher } from './stops.ts'

/** Runs pieces through a matcher: everything that came out, and the stop text that ended it. */
function run(stops: readonly string[], pieces: readonly string[]): { text: string; stop?: string } {
  const matcher = new StopMatcher(stops)
  let text = ''
  for (const piece of pieces) {
    const result = matcher.push(piece)
    text += result.text
    if (result.stop !== undefined) return { text, stop: result.stop }
  }
  return { text: text + matcher.flush() }
}

describe('stop texts', () => {
  test.each([
    { name: 'none', stops: [], pieces: ['a', 'b'], text: 'ab', stop: undefined },
    { name: 'in one piece', stops: ['b'], pieces: ['abc'], text: 'a', stop: 'b' },
    { name: 'over two pieces', stops: ['</s>'], pieces: ['hi<', '/s>x'], text: 'hi', stop: '</s>' },
    { name: 'letter by letter', stops: ['stop'], pieces: [...'now stop it'], text: 'now ', stop: 'stop' },
    { name: 'only begun', stops: ['</s>'], pieces: ['a</', 's'], text: 'a</s', stop: undefined },
    { name: 'begun again inside', stops: ['aab'], pieces: ['a', 'a', 'a', 'b'], text: 'a', stop: 'aab' },
    { name: 'the first of several', stops: ['d', 'b'], pieces: ['abcd'], text: 'a', stop: 'b' },
    {
      name: 'the longer of two at one place',
      stops: ['<|', '<|end|>'],
      pieces: ['x<|end|>'],
      text: 'x',
      stop: '<|end|>',
    },
    { name: 'empty ones never', stops: [''], pieces: ['a'], text: 'a', stop: undefined },
    {
      name: 'of other scripts',
      stops: ['終わり'],
      pieces: ['これで終', 'わりです'],
      text: 'これで',
      stop: '終わり',
    },
    {
      name: 'emoji that share their first half',
      stops: ['😀'],
      pieces: ['a😁', 'b😀'],
      text: 'a😁b',
      stop: '😀',
    },
  ])('$name', ({ stops, pieces, text, stop }) => {
    expect(run(stops, pieces)).toEqual(stop === undefined ? { text } : { text, stop })
  })

  test('hold back only what may become one', () => {
    const matcher = new StopMatcher(['END'])
    expect(matcher.push('the E')).toEqual({ text: 'the ' })
    expect(matcher.push('x')).toEqual({ text: 'Ex' })
    expect(matcher.push('EN')).toEqual({ text: '' })
    expect(matcher.flush()).toBe('EN')
  })

  test('however the text is cut: nothing is lost, and no single stop text gets through', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 12 })
    const stop = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 4 })
    fc.assert(
      fc.property(stop, fc.array(letters, { maxLength: 8 }), (text, pieces) => {
        const whole = pieces.join('')
        const at = whole.indexOf(text)
        expect(run([text], pieces)).toEqual(
          at < 0 ? { text: whole } : { text: whole.slice(0, at), stop: text },
        )
      }),
      { numRuns: 500 },
    )
  })
})
