import { describe, expect, it } from 'vitest'
import { chooseGroup, groupFiles, type ListedFile } from './file-groups.ts'
import { type HubReference, parseReference } from './reference.ts'

const file = (path: string, bytes = 10): ListedFile => ({ path, bytes, sha256: null })
const listing = [
  file('README.md'),
  file('m-Q8_0.gguf', 80),
  file('m-Q4_K_M.gguf', 40),
  file('Q2_K/m-Q2_K-00002-of-00002.gguf', 9),
  file('Q2_K/m-Q2_K-00001-of-00002.gguf', 11),
  file('m-F16-00001-of-00003.gguf', 60),
  file('m-F16-00003-of-00003.gguf', 60),
  file('mmproj-m-F16.gguf', 5),
  file('imatrix.gguf', 1),
  file('..\\..\\plugins\\a.gguf'),
]
const choose = (text: string, files = listing) =>
  chooseGroup(files, parseReference(text, new URL('https://huggingface.co')) as HubReference)

describe('a listing', () => {
  it('becomes models, smallest first, split files as one', () => {
    const { groups, refused } = groupFiles(listing)
    expect(groups.map(({ path, bytes, files, projector }) => [path, bytes, files.length, projector])).toEqual(
      [
        ['mmproj-m-F16.gguf', 5, 1, true],
        ['Q2_K/m-Q2_K-00001-of-00002.gguf', 20, 2, false],
        ['m-Q4_K_M.gguf', 40, 1, false],
        ['m-Q8_0.gguf', 80, 1, false],
      ],
    )
    expect(refused).toBe(4)
  })

  it('does not join split files of different folders or lengths', () => {
    const { groups, refused } = groupFiles([
      file('a/m-00001-of-00002.gguf'),
      file('b/m-00002-of-00002.gguf'),
      file('m-00001-of-00003.gguf'),
    ])
    expect(groups).toEqual([])
    expect(refused).toBe(3)
  })
})

describe('a choice', () => {
  it.each([
    ['hf:o/n', 'm-Q4_K_M.gguf'],
    ['hf:o/n:q8_0', 'm-Q8_0.gguf'],
    ['hf:o/n/m-Q8_0.gguf', 'm-Q8_0.gguf'],
    ['hf:o/n/mmproj-m-F16.gguf', 'mmproj-m-F16.gguf'],
    ['hf:o/n:Q2_K', 'Q2_K/m-Q2_K-00001-of-00002.gguf'],
    ['hf:o/n/Q2_K/m-Q2_K-00002-of-00002.gguf', 'Q2_K/m-Q2_K-00001-of-00002.gguf'],
  ])('%s is %s', (reference, path) => expect(choose(reference).path).toBe(path))

  it('is the only one there is, whatever its quantisation', () => {
    expect(choose('hf:o/n', [file('model.gguf')]).path).toBe('model.gguf')
  })

  it.each([
    ['hf:o/n:Q5_K_M', 'hub_model_not_found', /Q4_K_M/],
    ['hf:o/n:F16', 'hub_model_not_found', /nothing with F16/],
    ['hf:o/n/m-F16-00001-of-00003.gguf', 'hub_model_not_found', /Parts .* missing/],
    ['hf:o/n/other.gguf', 'hub_model_not_found', /no file/],
    ['hf:o/n/..\\..\\plugins\\a.gguf', 'unsafe_filename', /backslash/],
    ['hf:o/n/../../a.gguf', 'unsafe_filename', /another folder/],
    [`hf:o/n/${'a'.repeat(300)}.gguf`, 'unsafe_filename', /longer/],
  ])('%s is refused with %s', (reference, code, message) => {
    expect(() => choose(reference)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    )
  })

  it('asks back when several fit', () => {
    expect(() => choose('hf:o/n', [file('a-Q4_K_M.gguf'), file('b-Q4_K_M.gguf')])).toThrow(
      expect.objectContaining({
        code: 'invalid_value',
        message: expect.stringContaining('hf:o/n/b-Q4_K_M.gguf'),
      }),
    )
  })

  it('says that names are unsafe when there is nothing else', () => {
    expect(() => choose('hf:o/n', [file('/etc/a.gguf')])).toThrow(
      expect.objectContaining({ code: 'unsafe_filename' }),
    )
  })

  it('says that a repository has no models', () => {
    expect(() => choose('hf:o/n', [file('model.safetensors')])).toThrow(
      expect.objectContaining({ code: 'hub_model_not_found' }),
    )
  })
})
