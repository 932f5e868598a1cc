import { describe, expect, it } from 'vitest'
import { type Format, merge } from './merge.ts'
import type { Values } from './values.ts'

function merged(format: Format, text: string, wanted: Values): string {
  const outcome = merge(format, text, wanted)
  if ('problem' in outcome) throw new Error(outcome.problem)
  return outcome.text
}

describe('JSON', () => {
  const settings = `// Of my editor
{
    "theme": "dark", // at night
    "language_models": {
        /* mine */
        "openai_compatible": { "Other": { "api_url": "http://other" } },
    },
}
`

  it('puts a provider beside another one, with every comment kept', () => {
    const text = merged('json', settings, {
      language_models: { openai_compatible: { Impetus: { api_url: 'http://127.0.0.1:4673/v1' } } },
    })
    for (const part of ['// Of my editor', '// at night', '/* mine */', '"http://other"', '"theme": "dark"'])
      expect(text).toContain(part)
    expect(text).toContain('"http://127.0.0.1:4673/v1"')
    expect(merged('json', text, { language_models: { openai_compatible: { Other: {} } } })).toBe(text)
  })

  it('changes what is there, and adds what is not, by name', () => {
    const text = '{"models":[{"id":"a","url":"old","mine":1},{"id":"b"}]}\n'
    const after = merged('json', text, {
      models: [
        { id: 'a', url: 'new' },
        { id: 'c', url: 'new' },
      ],
    })
    expect(JSON.parse(after)).toEqual({
      models: [{ id: 'a', url: 'new', mine: 1 }, { id: 'b' }, { id: 'c', url: 'new' }],
    })
  })

  it('leaves a text alone that says all of it already', () => {
    const text = '{ "a" : { "b" : [1,2] } }'
    expect(merged('json', text, { a: { b: [1, 2] } })).toBe(text)
  })

  it.each(['', ' \n'])('begins an empty file (%j)', text => {
    expect(JSON.parse(merged('json', text, { a: { b: 1 } }))).toEqual({ a: { b: 1 } })
  })

  it('keeps line ends and tabs', () => {
    expect(merged('json', '{\r\n\t"a": 1\r\n}\r\n', { b: 2 })).toBe('{\r\n\t"a": 1,\r\n\t"b": 2\r\n}\r\n')
  })
})

describe('YAML', () => {
  it('puts a model beside others, with comments, order and quotes kept', () => {
    const text = `# Mine
name: 'My set-up' # do not change
models:
  # the big one
  - name: Other
    provider: anthropic
rules:
  - Be short
`
    expect(merged('yaml', text, { models: [{ name: 'Impetus', provider: 'openai' }] })).toBe(`# Mine
name: 'My set-up' # do not change
models:
  # the big one
  - name: Other
    provider: anthropic
  - name: Impetus
    provider: openai
rules:
  - Be short
`)
  })

  it('begins an empty file', () => {
    expect(merged('yaml', '', { models: [{ name: 'a' }] })).toBe('models:\n  - name: a\n')
  })
})

describe('TOML', () => {
  const wanted = { model: 'new', model_providers: { impetus: { base_url: 'http://b', 'odd key': true } } }

  it('changes and adds lines, with comments and other tables kept', () => {
    const text = `# Mine
model = "old"
approval = "never"

[model_providers.impetus] # local
base_url = "http://a"

[model_providers.other]
base_url = "http://other"
`
    expect(merged('toml', text, wanted)).toBe(`# Mine
model = "new"
approval = "never"

[model_providers.impetus] # local
base_url = "http://b"
"odd key" = true

[model_providers.other]
base_url = "http://other"
`)
  })

  it('adds a table that is missing, and lines before the first one', () => {
    expect(merged('toml', '[a]\nb = 1\n', wanted)).toBe(
      'model = "new"\n[a]\nb = 1\n\n[model_providers.impetus]\nbase_url = "http://b"\n"odd key" = true\n',
    )
    expect(merged('toml', '', { model: 'new' }).trim()).toBe('model = "new"')
  })
})

describe('what is refused', () => {
  it.each<[Format, string, Values, RegExp]>([
    ['json', '{"a": 1', { b: 1 }, /no valid JSON \(line 1/],
    ['json', '[1]', { b: 1 }, /settings by name/],
    ['yaml', 'a: [1', { b: 1 }, /no valid YAML/],
    ['yaml', '- a', { b: 1 }, /settings by name/],
    ['toml', 'a = ', { b: 1 }, /no valid TOML/],
    // A table in one line, and a text whose lines look like settings: looked at line by line they would be broken.
    ['toml', 'p = { a = 1 }\n', { p: { b: 2 } }, /cannot be changed safely/],
    ['toml', 'a = """\nb = 1\n"""\n', { b: 2 }, /cannot be changed safely/],
    // The entry is an alias of another one, which must not change with it.
    ['yaml', 'x: &x {a: 1}\ny: *x\n', { y: { a: 2 } }, /cannot be changed safely/],
  ])('%s %j', (format, text, wanted, problem) => {
    expect(merge(format, text, wanted)).toEqual({ problem: expect.stringMatching(problem) })
  })
})
