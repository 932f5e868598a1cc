import { describe, expect, it } from 'vitest'
import { parseReference, shownReference } from './reference.ts'

const hub = new URL('https://huggingface.co')
const mirror = new URL('http://mirror.local:8080/hf/')

describe('a reference', () => {
  it.each([
    ['hf:o/n', 'o/n', 'main', null, null],
    ['hf:o/n:Q4_K_M', 'o/n', 'main', 'Q4_K_M', null],
    ['HF:o/n:q4_k_m', 'o/n', 'main', 'Q4_K_M', null],
    ['hf://o/n:Q8_0', 'o/n', 'main', 'Q8_0', null],
    ['hf:o/n:latest', 'o/n', 'main', null, null],
    [' hf:o/n: ', 'o/n', 'main', null, null],
    ['hf:o/n@v1.0:Q8_0', 'o/n', 'v1.0', 'Q8_0', null],
    ['hf:o/n@abc123/f.gguf', 'o/n', 'abc123', null, 'f.gguf'],
    ['hf:o/n/f.gguf', 'o/n', 'main', null, 'f.gguf'],
    ['hf:o/n/Q4/f-00001-of-00002.gguf', 'o/n', 'main', null, 'Q4/f-00001-of-00002.gguf'],
    ['hf:TheBloke/Mistral-7B-v0.1-GGUF:Q4_0', 'TheBloke/Mistral-7B-v0.1-GGUF', 'main', 'Q4_0', null],
    ['hf.co/o/n:Q4_K_M', 'o/n', 'main', 'Q4_K_M', null],
    ['huggingface.co/o/n', 'o/n', 'main', null, null],
    ['https://huggingface.co/o/n', 'o/n', 'main', null, null],
    ['https://huggingface.co/o/n/', 'o/n', 'main', null, null],
    ['https://hf.co/o/n:Q4_K_M', 'o/n', 'main', 'Q4_K_M', null],
    ['https://huggingface.co/o/n/tree/main', 'o/n', 'main', null, null],
    ['https://huggingface.co/o/n/resolve/main/f.gguf?download=true', 'o/n', 'main', null, 'f.gguf'],
    ['https://huggingface.co/o/n/blob/v2/a/f.gguf#x', 'o/n', 'v2', null, 'a/f.gguf'],
  ])('%s means %s at %s, %s, %s', (text, repo, revision, quantization, path) => {
    expect(parseReference(text, hub)).toEqual({ kind: 'hub', repo, revision, quantization, path })
  })

  it('may be a URL below the configured endpoint', () => {
    expect(parseReference('http://mirror.local:8080/hf/o/n/resolve/main/f.gguf', mirror)).toMatchObject({
      kind: 'hub',
      repo: 'o/n',
      path: 'f.gguf',
    })
    expect(parseReference('http://mirror.local:8080/files/f.gguf', mirror)).toMatchObject({ kind: 'url' })
  })

  it('may be any https URL of a GGUF file', () => {
    const reference = parseReference('https://example.org/a/f.gguf?key=secret', hub)
    expect(reference.kind).toBe('url')
    expect(shownReference(reference)).toBe('https://example.org/a/f.gguf')
  })

  it.each([
    ['', 'invalid_value'],
    ['llama', 'invalid_value'],
    ['o/n', 'invalid_value'],
    ['hf:', 'invalid_value'],
    ['hf:o', 'invalid_value'],
    ['hf:o/', 'invalid_value'],
    ['hf:/n', 'invalid_value'],
    ['hf:../..', 'invalid_value'],
    ['hf:o/..', 'invalid_value'],
    ['hf:o/n:Q4 K', 'invalid_value'],
    ['hf:o/n:a:b', 'invalid_value'],
    ['hf:o/n@../x:Q4_0', 'invalid_value'],
    ['hf:o/n@-x', 'invalid_value'],
    ['hf:o/n/model.safetensors', 'invalid_value'],
    ['hf:o/n?x=1:Q4_0', 'invalid_value'],
    ['https://huggingface.co/o/n/resolve/main/config.json', 'invalid_value'],
    ['https://example.org/', 'invalid_value'],
    ['https://example.org/index.html', 'invalid_value'],
    ['https://', 'invalid_value'],
    ['http://example.org/f.gguf', 'address_refused'],
    ['http://127.0.0.1/f.gguf', 'address_refused'],
    ['file:///etc/passwd.gguf', 'address_refused'],
    ['data:application/octet-stream,GGUF.gguf', 'address_refused'],
    ['ftp://example.org/f.gguf', 'address_refused'],
    ['https://user:pass@example.org/f.gguf', 'address_refused'],
  ])('%j is refused with %s', (text, code) => {
    expect(() => parseReference(text, hub)).toThrow(expect.objectContaining({ code, param: 'reference' }))
  })

  it.each(['hf:o/n', 'hf:o/n:Q4_K_M', 'hf:o/n@v1:Q8_0', 'hf:o/n@v1/a/f.gguf'])(
    '%s is shown as written',
    text => {
      expect(shownReference(parseReference(text, hub))).toBe(text)
    },
  )
})
