import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idOf, nameAll, parseFileName } from './names.ts'

describe('parseFileName', () => {
  it.each([
    ['Qwen3-8B.gguf', { stem: 'Qwen3-8B', part: 1, parts: 1 }],
    ['a.GGUF', { stem: 'a', part: 1, parts: 1 }],
    ['big-00002-of-00003.gguf', { stem: 'big', part: 2, parts: 3 }],
    ['big-2-of-3.gguf', { stem: 'big-2-of-3', part: 1, parts: 1 }],
    ['.hidden.gguf', undefined],
    ['.gguf', undefined],
    ['model.bin', undefined],
    ['model.gguf.part', undefined],
    ['mmproj-Qwen3-VL-f16.gguf', undefined],
    ['Qwen3-VL.mmproj.gguf', undefined],
  ])('%s', (name, expected) => {
    expect(parseFileName(name)).toEqual(expected)
  })
})

describe('idOf', () => {
  it.each([
    ['Qwen3-8B-Q4_K_M', 'qwen3-8b-q4_k_m'],
    ['My Model (v2)', 'my-model-v2'],
    ['gpt-oss-20b', 'local-gpt-oss-20b'],
    ['OLMo-2', 'local-olmo-2'],
    ['日本', 'model'],
    ['..', 'model'],
    ['x'.repeat(500), 'x'.repeat(120)],
  ])('%s → %s', (stem, id) => {
    expect(idOf(stem)).toBe(id)
  })
})

describe('nameAll', () => {
  it('keeps the first, puts the folder before the second and a number after the third', () => {
    const files = [
      { stem: 'Model', folder: 'm' },
      { stem: 'model', folder: 'Some Author' },
      { stem: 'MODEL', folder: 'some author' },
    ]
    expect(nameAll(files).map(one => one.id)).toEqual(['model', 'some-author-model', 'some-author-model-2'])
  })

  it('gives the plain stem and :latest as aliases', () => {
    expect(nameAll([{ stem: 'GPT-OSS 20b', folder: 'm' }])).toEqual([
      {
        id: 'local-gpt-oss-20b',
        aliases: [
          'gpt-oss 20b',
          'gpt-oss-20b',
          'local-gpt-oss-20b:latest',
          'gpt-oss 20b:latest',
          'gpt-oss-20b:latest',
        ],
      },
    ])
  })

  it('takes further names as they are, and not twice', () => {
    const named = nameAll([
      { stem: 'llama3.2', folder: 'library', further: ['llama3.2:latest', 'llama3.2:3b'] },
      { stem: 'llama3.2-1b', folder: 'library', further: ['llama3.2:1b'] },
    ])
    expect(named).toEqual([
      { id: 'llama3.2', aliases: ['llama3.2:latest', 'llama3.2:3b'] },
      { id: 'llama3.2-1b', aliases: ['llama3.2:1b', 'llama3.2-1b:latest'] },
    ])
  })

  it('never gives one name twice, whatever the files are called', () => {
    const stem = fc.oneof(
      fc.constantFrom('a', 'A', 'a-2', 'b-a', 'o', 'local-o', 'a:latest'),
      fc.string({ minLength: 1 }),
    )
    const file = fc.record({ stem, folder: fc.constantFrom('a', 'b') })
    fc.assert(
      fc.property(fc.array(file, { maxLength: 12 }), files => {
        const named = nameAll(files.map(one => ({ stem: one.stem, folder: one.folder })))
        const names = named.flatMap(one => [one.id, ...one.aliases])
        expect(new Set(names).size).toBe(names.length)
        for (const { id } of named) {
          expect(id).toMatch(/^[a-z0-9._-]+$/)
          expect(id).not.toMatch(/^(gpt|o)/)
        }
      }),
    )
  })
})
