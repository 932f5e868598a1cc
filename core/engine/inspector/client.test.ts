import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeSplitLlama, writeTinyLlama } from '../../../scripts/gguf/fixtures.ts'
import { spawnForTest } from '../spawn.testing.ts'
import { createInspector, type Inspector } from './client.ts'
import { entriesWith, fileBytes, string } from './gguf-bytes.testing.ts'

let folder: string
const inspector = createInspector({ spawn: spawnForTest })
const { signal } = new AbortController()

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'impetus-inspector-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function file(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

const withTemplate = (template: string) =>
  fileBytes({ entries: entriesWith({ template: string('tokenizer.chat_template', template) }) })

test('a model tells its facts and its template works', async () => {
  const path = join(folder, 'tiny.gguf')
  await writeTinyLlama(path)
  const { facts, template } = await inspector.inspect(path, signal)
  expect(facts).toMatchObject({
    architecture: 'llama',
    name: 'Tiny random Llama',
    quantisation: 'F32',
    contextLength: 2048,
    vocabularySize: 1024,
    hasInfillTokens: true,
  })
  expect(template).toEqual({ works: true, supportsTools: true })
})

describe('split models', () => {
  test('are read whole', async () => {
    const [first = '', second = ''] = await writeSplitLlama(join(folder, 'parts.gguf'))
    const whole = await inspector.inspect(join(folder, 'tiny.gguf'), signal)
    const { facts } = await inspector.inspect(first, signal)
    expect(facts).toMatchObject({
      parameters: whole.facts.parameters,
      tensorBytes: whole.facts.tensorBytes,
      split: { part: 0, parts: 2 },
    })
    await expect(inspector.inspect(second, signal)).rejects.toMatchObject({ code: 'invalid_model' })
  })

  test('G20: are refused when a part is missing or of another model', async () => {
    const [first = '', second = ''] = await writeSplitLlama(join(folder, 'mixed.gguf'))
    await rm(second)
    await expect(inspector.inspect(first, signal)).rejects.toMatchObject({
      code: 'invalid_model',
      message: expect.stringContaining('Fetch all parts'),
    })
    await writeTinyLlama(second)
    await expect(inspector.inspect(first, signal)).rejects.toMatchObject({
      code: 'invalid_model',
      message: expect.stringContaining('is not part 2 of 2'),
    })
    await writeFile(second, 'GGUF')
    await expect(inspector.inspect(first, signal)).rejects.toMatchObject({
      code: 'invalid_model',
      message: expect.stringContaining('cut off'),
    })
  })
})

describe('G19: a chat template', () => {
  test.each([
    { name: 'that asks for endless memory', template: '{{ range(10000000000) }}' },
    {
      name: 'that loops for ever',
      template: '{% for i in range(1000000) %}{% for j in range(1000000) %}x{% endfor %}{% endfor %}',
    },
    {
      name: 'that doubles a list',
      template:
        '{% set n = namespace(x=[1,2]) %}{% for i in range(60) %}{% set n.x = n.x + n.x %}{% endfor %}',
    },
    {
      name: 'that doubles a text',
      template:
        "{% set n = namespace(x='ab') %}{% for i in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
    },
    { name: 'of 200,000 parentheses', template: `{{ ${'('.repeat(200_000)}1${')'.repeat(200_000)} }}` },
    { name: 'of 10 MB', template: 'x'.repeat(10 * 1024 * 1024) },
    {
      name: 'that reaches for the program',
      template: "{{ messages.constructor.constructor('return process')().exit(3) }}",
    },
    { name: 'that reaches for Python', template: "{{ ''.__class__.__mro__[1].__subclasses__() }}" },
    { name: 'that refuses everything', template: "{{ raise_exception('never') }}" },
    { name: 'that is not finished', template: '{{ messages' },
  ])('$name does not work, and is told in time', async ({ template }) => {
    const path = await file('template.gguf', withTemplate(template))
    const started = performance.now()
    const inspection = await inspector.inspect(path, signal)
    expect(inspection.template).toMatchObject({ works: false, error: expect.any(String) })
    expect(performance.now() - started).toBeLessThan(5_000)
  })

  test('that refuses only tools works without', async () => {
    const path = await file(
      'tools.gguf',
      withTemplate("{% if tools %}{{ raise_exception('no tools') }}{% endif %}{{ messages[0].content }}"),
    )
    expect((await inspector.inspect(path, signal)).template).toEqual({ works: true, supportsTools: false })
  })
})

describe('the inspector', () => {
  test('refuses what is no model', async () => {
    const path = await file('page.gguf', Buffer.from('<!DOCTYPE html>'))
    await expect(inspector.inspect(path, signal)).rejects.toMatchObject({
      code: 'invalid_model',
      message: expect.stringContaining('a web page'),
    })
  })

  test.each(['/proc', '/dev/zero'])('refuses %s', async path => {
    if (process.platform !== 'linux' && path === '/proc') return
    await expect(inspector.inspect(path, signal)).rejects.toMatchObject({
      code: expect.stringMatching(/invalid_model|not_found/),
    })
  })

  test('says that a file is not there without naming its place', async () => {
    const missing = inspector.inspect(join(folder, 'missing.gguf'), signal)
    await expect(missing).rejects.toMatchObject({
      code: 'not_found',
      message: expect.not.stringContaining(folder),
    })
  })

  test('gives up a file that takes too long', async () => {
    // A sparse file of 4 GB, claiming half a billion empty texts, which all have to be walked over.
    const path = join(folder, 'sparse.gguf')
    const head = fileBytes({
      entries: [
        ['x', 9, Buffer.concat([Buffer.from([8, 0, 0, 0]), Buffer.from([0, 0, 0, 0x1e, 0, 0, 0, 0])])],
      ],
      tensors: [],
      data: 0,
    })
    await writeFile(path, head)
    const handle = await open(path, 'r+')
    await handle.truncate(2 ** 32)
    await handle.close()
    const hasty: Inspector = createInspector({ spawn: spawnForTest, deadline: 700 })
    const started = performance.now()
    await expect(hasty.inspect(path, signal)).rejects.toMatchObject({
      code: 'invalid_model',
      message: expect.stringContaining('took too long'),
    })
    expect(performance.now() - started).toBeLessThan(5_000)
  })

  test('stops when it is no longer wanted', async () => {
    const path = join(folder, 'sparse.gguf')
    const abort = new AbortController()
    const inspection = inspector.inspect(path, abort.signal)
    setTimeout(() => abort.abort(new Error('not wanted')), 200)
    await expect(inspection).rejects.toThrow('not wanted')
    await expect(inspector.inspect(path, abort.signal)).rejects.toThrow('not wanted')
  })
})
