import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { freeNames, safeFileName, shown, splitPart } from './file-name.ts'

describe('a name from a listing', () => {
  it.each([
    ['model-Q4_K_M.gguf', 'model-Q4_K_M.gguf'],
    ['Q4_K_M/model-00001-of-00002.gguf', 'model-00001-of-00002.gguf'],
    ['Größe 7B (neu).gguf', 'Größe 7B (neu).gguf'],
    ['console.gguf', 'console.gguf'],
    [`${'a'.repeat(195)}.gguf`, `${'a'.repeat(195)}.gguf`],
  ])('%j may be kept', (path, name) => expect(safeFileName(path)).toBe(name))

  it.each([
    '..\\..\\plugins\\a.json',
    '../../plugins/a.gguf',
    '/etc/passwd',
    'a//b.gguf',
    './a.gguf',
    '..',
    '.',
    '',
    'a/',
    'C:\\x.gguf',
    'C:x.gguf',
    'a\0b.gguf',
    'a\nb.gguf',
    'a\x1b[31m.gguf',
    'a\u202efugg.exe',
    'a\u2028b.gguf',
    'a\ud800b.gguf',
    '.hidden.gguf',
    '.downloads/a.gguf',
    ' a.gguf',
    'a.gguf ',
    'a.gguf.',
    'CON',
    'con.gguf',
    'Lpt1.gguf',
    'NUL/a.gguf',
    'a?b.gguf',
    `${'a'.repeat(196)}.gguf`,
    `${'ü'.repeat(100)}.gguf`,
    `${'a'.repeat(300)}/b.gguf`,
  ])('%j is refused', path => {
    expect(() => safeFileName(path)).toThrow(expect.objectContaining({ code: 'unsafe_filename' }))
  })

  it('never leads out of a folder', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), path => {
        let name: string
        try {
          name = safeFileName(path)
        } catch {
          return
        }
        expect(name).not.toMatch(/[/\\\0]/)
        expect(['', '.', '..']).not.toContain(name)
      }),
      { numRuns: 500 },
    )
  })

  it('is shown escaped and cut', () => {
    expect(shown(`\u202e${'x'.repeat(500)}`)).toBe(`"\\u202e${'x'.repeat(59)}…"`)
  })
})

describe('free names', () => {
  it.each([
    [['m.gguf'], 'owner', [], ['m.gguf']],
    [['m.gguf'], 'owner', ['m.gguf'], ['owner-m.gguf']],
    [['m.gguf'], 'owner', ['m.gguf', 'owner-m.gguf'], ['owner-2-m.gguf']],
    [['m.gguf'], null, ['m.gguf'], ['1-m.gguf']],
    [['m.gguf'], null, ['m.gguf', '1-m.gguf'], ['2-m.gguf']],
    [['a', 'b'], 'owner', ['b'], ['owner-a', 'owner-b']],
  ])('for %j of %s beside %j are %j', (names, owner, taken: string[], free) => {
    expect(freeNames(names, owner, name => taken.includes(name))).toEqual(free)
  })
})

it.each([
  ['m-00001-of-00003.gguf', { stem: 'm', part: 1, of: 3 }],
  ['m-00003-of-00003.GGUF', { stem: 'm', part: 3, of: 3 }],
  ['m-00004-of-00003.gguf', undefined],
  ['m-00000-of-00003.gguf', undefined],
  ['m-1-of-3.gguf', undefined],
  ['m.gguf', undefined],
])('%s is the part %j', (name, part) => expect(splitPart(name)).toEqual(part))
