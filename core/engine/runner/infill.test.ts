import { describe, expect, test } from 'vitest'
import { type InfillModel, infillTokens } from './infill.ts'

const first = 1000

/** A vocabulary of single characters, and of these names. */
function modelWith(...names: readonly string[]): InfillModel & { said(tokens: ArrayLike<number>): string } {
  const special = ['<pre>', '<suf>', '<mid>', '<bos>', ...names]
  const characters = (text: string) => Uint32Array.from([...text].map(character => character.charCodeAt(0)))
  const spelling = (token: number) => special[token - first] ?? String.fromCharCode(token)
  return {
    fim: { prefix: first, suffix: first + 1, middle: first + 2 },
    addsBos: true,
    bos: first + 3,
    spelling,
    tokenize: (text, parse) =>
      parse && special.includes(text) ? Uint32Array.of(first + special.indexOf(text)) : characters(text),
    said: tokens => Array.from(tokens, spelling).join(''),
  }
}

const extra = [
  { name: 'a.ts', text: 'A' },
  { name: 'b.ts', text: '<suf>' },
]
const gap = { kind: 'infill', prefix: 'p', suffix: 's' } as const

function rendered(model: ReturnType<typeof modelWith>, prompt: Parameters<typeof infillTokens>[0]): string {
  return model.said(infillTokens(prompt, model, text => model.tokenize(text, false)))
}

describe('a gap', () => {
  test('has the model’s own tokens around it', () => {
    expect(rendered(modelWith(), gap)).toBe('<bos><pre>p<suf>s<mid>')
    expect(rendered(modelWith('<|file_sep|>'), { ...gap, extra: [] })).toBe('<bos><pre>p<suf>s<mid>')
  })

  test('has other files before it as the model was trained to see them', () => {
    const model = modelWith('<|repo_name|>', '<|file_sep|>')
    expect(rendered(model, { ...gap, extra })).toBe(
      '<bos><|repo_name|>project\n<|file_sep|>a.ts\nA<|file_sep|>b.ts\n<suf><|file_sep|>file\n<pre>p<suf>s<mid>',
    )
    // What only looks like a token in somebody's file is none.
    expect(infillTokens({ ...gap, extra }, model, text => model.tokenize(text, false))).toHaveLength(
      8 + [...'project\na.ts\nAb.ts\n<suf>file\nps'].length,
    )
  })

  test('has them without the repository’s name where there is no token for that', () => {
    expect(rendered(modelWith('<file_sep>'), { ...gap, extra: [extra[0]!] })).toBe(
      '<bos><file_sep>a.ts\nA<file_sep>file\n<pre>p<suf>s<mid>',
    )
  })

  test('has them as text where the model has no tokens for files', () => {
    expect(rendered(modelWith('<|repo_name|>'), { ...gap, extra: [extra[0]!] })).toBe(
      '<bos><pre>--- a.ts ---\n\nA\n\np<suf>s<mid>',
    )
  })

  test('is refused by a model without tokens for it', () => {
    const model = { ...modelWith(), fim: undefined }
    expect(() => infillTokens(gap, model, text => model.tokenize(text, false))).toThrow('no tokens')
  })
})
