import { execFileSync } from 'node:child_process'
import { appendFile, mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ImpetusError } from '../contract/errors.ts'
import type { Inspector } from '../engine/inspector/client.ts'
import { Bus } from '../platform/bus.ts'
import type { Log } from '../platform/log.ts'
import { FolderLibrary, type FolderLibraryParts } from './library.ts'

const never = new AbortController().signal
const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent }
/** The files here are no models: nobody is to read them. */
const inspector: Inspector = {
  inspect: async () => {
    throw new ImpetusError('invalid_model', 'It is cut off.')
  },
}

let root: string
let models: string
let library: FolderLibrary
let counts: number[]

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'impetus-library-')))
  models = join(root, 'models')
  await mkdir(models)
})

afterEach(async () => {
  await library.stop()
  await rm(root, { recursive: true })
})

async function open(parts: Partial<FolderLibraryParts> = {}): Promise<FolderLibrary> {
  const bus = new Bus(error => {
    throw error
  })
  counts = []
  bus.listen((topic, data) => {
    if (topic === 'models.changed' && 'count' in data) counts.push(data.count)
  })
  library = new FolderLibrary({
    folders: () => [{ path: models, origin: 'models' }],
    builtIn: null,
    preferred: () => null,
    inspector,
    bus,
    log: silent,
    pace: { quiet: 20, atMost: 100 },
    ...parts,
  })
  await library.start()
  await library.settled()
  return library
}

function ids(): string[] {
  return library.list().map(model => model.id)
}

async function model(name: string, content = 'GGUF'): Promise<string> {
  const path = join(models, name)
  await mkdir(join(path, '..'), { recursive: true })
  await writeFile(path, content)
  return path
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('It did not happen within five seconds.')
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

describe('finding', () => {
  it('lists models by id, below folders too, the built-in one first, and finds them by alias in any case', async () => {
    await model('Zeta-7B.gguf')
    await model('author/repo/Qwen3-8B-Q4_K_M.gguf')
    const builtIn = join(root, 'impetus-mini.gguf')
    await writeFile(builtIn, 'GGUF')
    await open({ builtIn: { path: builtIn, description: 'Comes with Impetus' } })
    expect(ids()).toEqual(['impetus-mini', 'zeta-7b', 'qwen3-8b-q4_k_m'])
    expect(library.list()[0]).toMatchObject({ origin: 'built-in', description: 'Comes with Impetus' })
    expect(library.find('QWEN3-8b-q4_k_m:latest')?.id).toBe('qwen3-8b-q4_k_m')
    expect(library.default()?.id).toBe('impetus-mini')
    expect(counts).toEqual([3])
  })

  it('joins the parts of a split model and says which are missing when it is to be loaded', async () => {
    await model('big-00001-of-00002.gguf', 'GGUF1')
    await model('big-00002-of-00002.gguf', 'GGUF')
    await model('torn-00001-of-00003.gguf')
    await model('tail-00002-of-00002.gguf')
    await open()
    expect(ids()).toEqual(['big', 'torn'])
    expect(library.find('big')).toMatchObject({ bytes: 9, partsExpected: 2 })
    expect(await library.source('big')).toEqual({ id: 'big', path: join(models, 'big-00001-of-00002.gguf') })
    await expect(library.source('torn')).rejects.toMatchObject({
      code: 'invalid_model',
      message: expect.stringContaining('2 of its 3 parts are missing'),
    })
    expect(await library.facts('torn', never)).toMatchObject({ state: 'invalid' })
  })

  it('follows links only to regular files inside its folders, and opens no pipe', async () => {
    const inside = await model('blobs/abc')
    const outside = join(root, 'outside.gguf')
    await writeFile(outside, 'GGUF')
    await mkdir(join(models, 'snapshots'))
    await symlink(inside, join(models, 'snapshots', 'linked.gguf'))
    await symlink(outside, join(models, 'escapes.gguf'))
    await symlink('/etc/passwd', join(models, 'passwd.gguf'))
    await symlink('nowhere', join(models, 'dangling.gguf'))
    await symlink('self.gguf', join(models, 'self.gguf'))
    await symlink(models, join(models, 'snapshots', 'loop'))
    await symlink(root, join(models, 'folder.gguf'))
    await mkdir(join(models, 'directory.gguf'))
    execFileSync('mkfifo', [join(models, 'pipe.gguf')])
    await open()
    expect(ids()).toEqual(['linked'])
    expect(library.find('linked')?.path).toBe(inside)
  })

  it('answers every unknown name with model_not_found, naming what is there', async () => {
    await model('there.gguf')
    await open()
    const names = [
      '../x',
      '..\\x',
      '/etc/passwd',
      'C:\\x',
      '%2e%2e',
      'a\0b',
      '.',
      'CON',
      '',
      '__proto__',
      'x'.repeat(5000),
    ]
    for (const name of names) {
      const error: unknown = await library.resolve(name).catch(caught => caught)
      expect(error).toMatchObject({
        code: 'model_not_found',
        message: expect.stringContaining('Installed: there.'),
      })
      expect((error as Error).message.length).toBeLessThan(300)
      expect((error as Error).message).not.toContain(root)
    }
  })

  it('says what to do when there is no model at all', async () => {
    await open({ folders: () => [{ path: join(root, 'absent'), origin: 'models' }] })
    await expect(library.resolve(undefined)).rejects.toMatchObject({
      code: 'model_not_found',
      message: expect.stringContaining('~/Models'),
    })
  })

  it('takes the default from the settings, then what was used last, then the first', async () => {
    await model('a.gguf')
    await model('b.gguf')
    await model('c.gguf')
    let preferred: string | null = null
    const bus = new Bus(() => {})
    await open({ preferred: () => preferred, bus })
    expect(library.default()?.id).toBe('a')
    bus.tell('model.changed', { model: 'b', state: 'loaded', progress: null, reason: null, roomFor: null })
    expect(library.default()?.id).toBe('b')
    preferred = 'C:latest'
    expect((await library.resolve(undefined)).id).toBe('c')
    preferred = 'gone'
    expect(library.default()?.id).toBe('b')
  })

  it('has no default that is known not to answer, where there is another', async () => {
    await model('a.gguf')
    await model('b.gguf')
    await open()
    expect(library.default()?.id).toBe('a')
    await library.facts('a', never)
    expect(library.default()?.id).toBe('b')
    await library.facts('b', never)
    expect(library.default()?.id).toBe('a')
  })

  it('waits for the first scan before it says that a model is not there', async () => {
    await model('slow.gguf')
    await open()
    const other = new FolderLibrary({
      folders: () => [{ path: models, origin: 'models' }],
      builtIn: null,
      preferred: () => null,
      inspector,
      bus: new Bus(() => {}),
      log: silent,
    })
    await other.start()
    expect((await other.resolve('slow')).id).toBe('slow')
    await other.stop()
  })
})

describe('changes', () => {
  it('hears of new, renamed and removed models, in new folders too', async () => {
    await open()
    const path = await model('first.gguf')
    await until(() => ids().includes('first'))
    await model('sub/folder/second.gguf')
    await until(() => ids().includes('second'))
    await rename(path, join(models, 'renamed.gguf'))
    await until(() => ids().includes('renamed') && !ids().includes('first'))
    await rm(join(models, 'sub'), { recursive: true })
    await until(() => !ids().includes('second'))
    expect(counts.at(-1)).toBe(1)
  })

  it('hears of a folder that was not there', async () => {
    const folder = join(root, 'later', 'Models')
    await open({ folders: () => [{ path: folder, origin: 'models' }] })
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'new.gguf'), 'GGUF')
    await until(() => ids().includes('new'))
  })

  it('hears of several folders that were not there, in one place', async () => {
    const folders = ['one', 'two'].map(name => join(root, name, 'models'))
    await open({ folders: () => folders.map(path => ({ path, origin: 'models' as const })) })
    for (const [index, folder] of folders.entries()) {
      await mkdir(folder, { recursive: true })
      await writeFile(join(folder, `new-${index}.gguf`), 'GGUF')
      await until(() => ids().includes(`new-${index}`))
    }
  })

  it('hears of what Ollama and Hugging Face’s tools fetch', async () => {
    const ollama = join(root, 'ollama')
    const hub = join(root, 'hub')
    await mkdir(join(ollama, 'manifests/registry.ollama.ai/library'), { recursive: true })
    await mkdir(join(ollama, 'blobs'))
    await mkdir(join(hub, 'models--ada--words/snapshots/c1'), { recursive: true })
    await mkdir(join(hub, 'models--ada--words/blobs'))
    await open({
      folders: () => [
        { path: ollama, origin: 'ollama' },
        { path: hub, origin: 'huggingface' },
      ],
    })
    const digest = 'a'.repeat(64)
    await writeFile(join(ollama, `blobs/sha256-${digest}`), 'GGUF')
    await mkdir(join(ollama, 'manifests/registry.ollama.ai/library/tiny'))
    const layers = [{ mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${digest}`, size: 4 }]
    await writeFile(
      join(ollama, 'manifests/registry.ollama.ai/library/tiny/latest'),
      JSON.stringify({ layers }),
    )
    await until(() => ids().includes('tiny'))
    await writeFile(join(hub, 'models--ada--words/blobs/b'), 'GGUF')
    await symlink('../../blobs/b', join(hub, 'models--ada--words/snapshots/c1/words.gguf'))
    await until(() => ids().includes('words'))
  })

  it('refuses to load a file that became a link, and takes one that was replaced as the new one', async () => {
    const path = await model('swapped.gguf')
    const other = await model('replaced.gguf')
    await open({ pace: { quiet: 60_000, atMost: 60_000 } })
    const outside = join(root, 'secret')
    await writeFile(outside, 'secret')
    await rm(path)
    await symlink(outside, path)
    await expect(library.source('swapped')).rejects.toMatchObject({ code: 'model_not_found' })
    await appendFile(other, ' and more')
    expect(await library.source('replaced')).toEqual({ id: 'replaced', path: other })
    expect(library.find('replaced')?.bytes).toBe(13)
  })
})
