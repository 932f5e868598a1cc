import { describe, expect, it } from 'vitest'
import { checkGbnf } from './gbnf.ts'
import { jsonObjectGrammar, schemaGrammar } from './grammar.ts'

const check = (text: string) => () => checkGbnf(text, 'grammar')

describe('a grammar of somebody else’s', () => {
  it.each([
    ['with everything', 'root ::= "a\\"b" [^\\]"x] ("c" | d){2,3} # ( ( (\nd ::= "(" [(] "::="*'],
    ['of our own', jsonObjectGrammar()],
    [
      'of a schema',
      schemaGrammar({ type: 'array', items: { type: 'integer' }, maxItems: 9 }, 'schema').grammar,
    ],
    ['that is none', 'anything at all "'],
  ])('%s passes', (_, text) => {
    expect(check(text)).not.toThrow()
  })

  it.each([
    ['is too long', 'root ::= "a"\n'.repeat(10_000), 'characters'],
    ['nests too deeply', `root ::= ${'('.repeat(101)}"a"${')'.repeat(101)}`, 'brackets'],
    ['has too many rules', Array.from({ length: 5001 }, (_, i) => `r${i} ::= "a"`).join('\n'), 'rules'],
    ['repeats too often', 'root ::= "a"{2001}', 'more than 2000 times'],
    ['repeats too often at most', 'root ::= "a"{ 1 , 9999999 }', 'more than 2000 times'],
    ['repeats too often behind nonsense', 'root ::= "a"{x} "a"{2001}', 'more than 2000 times'],
    ['repeats a long text', `root ::= "${'a'.repeat(200)}"{2000}`, 'too much'],
    ['repeats too much in all', `root ::= ${'"abcdefgh"{2000} '.repeat(20)}`, 'too much'],
  ])('that %s is refused', (_, text, words) => {
    expect(check(text)).toThrow(words)
  })

  it('brackets in texts, classes and comments do not count', () => {
    expect(check(`root ::= "${'('.repeat(500)}" [${'('.repeat(500)}] # ${'('.repeat(500)}`)).not.toThrow()
  })

  it('takes a moment only, however hostile', () => {
    const texts = ['"', '[', '{', '\\', '"\\', '{1,', '#', '::='].map(part =>
      part.repeat(90_000 / part.length),
    )
    const began = performance.now()
    for (const text of texts) {
      try {
        check(text)()
      } catch {
        // Refused is as good.
      }
    }
    expect(performance.now() - began).toBeLessThan(500)
  })
})
