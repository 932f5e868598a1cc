import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { settingsSchema } from '../../contract/settings.ts'
import { assemble } from './assemble.ts'
import { placesOf } from './places.ts'
import { scanFolders } from './scan.ts'

let home: string

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'impetus-places-')))
})
afterEach(() => rm(home, { recursive: true }))

async function put(path: string, content = 'GGUF'): Promise<string> {
  const whole = join(home, path)
  await mkdir(dirname(whole), { recursive: true })
  await writeFile(whole, content)
  return whole
}

async function found() {
  const scan = await scanFolders(
    placesOf({
      env: { HOME: home },
      platform: 'linux',
      own: join(home, 'own'),
      linked: [],
      configured: [],
      places: settingsSchema.parse({}).library.places,
    }),
  )
  return { ...assemble(scan.files, scan.foreign), scan }
}

const hub = '.cache/huggingface/hub'
const sha = (digit: string) => digit.repeat(64)

async function snapshot(repo: string, commit: string, name: string, digest: string, content?: string) {
  const folder = join(hub, `models--${repo.replace('/', '--')}`)
  await put(join(folder, 'blobs', digest), content)
  const link = join(home, folder, 'snapshots', commit, name)
  await mkdir(dirname(link), { recursive: true })
  await symlink(join('..', '..', 'blobs', digest), link)
  return link
}

describe('Hugging Face’s cache', () => {
  it('has its models under their names, once for all revisions, and nothing else of it', async () => {
    await snapshot('ada/Qwen3-8B-GGUF', 'c1', 'Qwen3-8B-Q4_K_M.gguf', sha('a'))
    await snapshot('ada/Qwen3-8B-GGUF', 'c2', 'Qwen3-8B-Q4_K_M.gguf', sha('a'))
    await put(`${hub}/datasets--ada--words/snapshots/c1/words.gguf`)
    const { models } = await found()
    expect(models).toMatchObject([
      {
        id: 'qwen3-8b-q4_k_m',
        origin: 'huggingface',
        source: 'ada/Qwen3-8B-GGUF',
        path: join(home, hub, 'models--ada--Qwen3-8B-GGUF', 'blobs', sha('a')),
      },
    ])
  })

  it('has split models whose parts are links', async () => {
    for (const part of [1, 2])
      await snapshot('ada/big', 'c1', `big-0000${part}-of-00002.gguf`, sha(String(part)))
    expect((await found()).models).toMatchObject([{ id: 'big', partsExpected: 2, bytes: 8 }])
  })

  it('shows what is in other formats apart', async () => {
    await snapshot('ada/Tiny', 'c1', 'config.json', sha('c'), '{}')
    await snapshot('ada/Tiny', 'c1', 'model.safetensors', sha('d'), 'weights')
    const { models, foreign } = await found()
    expect(models).toEqual([])
    expect(foreign).toMatchObject([{ id: 'tiny', bytes: 7, origin: 'huggingface' }])
  })
})

describe('Ollama’s models', () => {
  const media = 'application/vnd.ollama.image.'

  async function layer(kind: string, digit: string, content: string) {
    await put(`.ollama/models/blobs/sha256-${sha(digit)}`, content)
    return { mediaType: `${media}${kind}`, digest: `sha256:${sha(digit)}`, size: content.length }
  }
  const manifest = (name: string, layers: readonly object[]) =>
    put(`.ollama/models/manifests/${name}`, JSON.stringify({ schemaVersion: 2, layers }))

  it('have their names there, their template and their parameters', async () => {
    const layers = [
      await layer('model', 'a', 'GGUF'),
      await layer('template', 'b', '{{ .Prompt }}'),
      await layer(
        'params',
        'c',
        JSON.stringify({ temperature: 0.6, num_ctx: 8192, stop: ['<end>'], mirostat: 'x' }),
      ),
      await layer('license', 'd', 'MIT'),
    ]
    await manifest('registry.ollama.ai/library/llama3.2/latest', layers)
    await manifest('registry.ollama.ai/library/llama3.2/3b', layers)
    await manifest('hf.co/ada/words/Q4_K_M', [layers[0] as object])
    const { models } = await found()
    expect(models).toMatchObject([
      { id: 'words-q4_k_m', aliases: expect.arrayContaining(['hf.co/ada/words:q4_k_m']) },
      {
        id: 'llama3.2-3b',
        origin: 'ollama',
        aliases: expect.arrayContaining(['llama3.2:latest', 'llama3.2:3b']),
        ollama: {
          template: '{{ .Prompt }}',
          license: 'MIT',
          sampling: { temperature: 0.6 },
          contextLength: 8192,
          stop: ['<end>'],
        },
      },
    ])
  })

  it('are passed over where the manifest is no manifest, leads elsewhere, or the weights are not there', async () => {
    await manifest('registry.ollama.ai/library/gone/latest', [
      { mediaType: `${media}model`, digest: `sha256:${sha('e')}`, size: 4 },
    ])
    await manifest('registry.ollama.ai/library/escapes/latest', [
      { mediaType: `${media}model`, digest: 'sha256:../../../../../etc/passwd', size: 4 },
    ])
    await put('.ollama/models/manifests/registry.ollama.ai/library/broken/latest', '{')
    await put('.ollama/models/manifests/registry.ollama.ai/library/huge/latest', ' '.repeat(300_000))
    const folder = join(home, '.ollama/models/manifests/registry.ollama.ai/library/odd')
    await mkdir(folder)
    await symlink('/etc/passwd', join(folder, 'link'))
    execFileSync('mkfifo', [join(folder, 'pipe')])
    const { models, scan } = await found()
    expect(models).toEqual([])
    expect(scan.problems).toEqual(['A manifest of Ollama could not be read.'])
  })
})

describe('other programs’ models', () => {
  it('are found in their folders, told apart by those', async () => {
    await put('Models/a.gguf')
    await put('.lmstudio/models/ada/Words-GGUF/a.gguf')
    await put('.gerdsen_ai/model_cache/b.gguf')
    await put('.cache/llama.cpp/c.gguf')
    await put('jan/models/d/d.gguf')
    const { models } = await found()
    expect(models.map(({ id, origin }) => [id, origin])).toEqual([
      ['a', 'models'],
      ['b', 'gerdsen'],
      ['words-gguf-a', 'lmstudio'],
      ['c', 'llama.cpp'],
      ['d', 'jan'],
    ])
    expect(models[2]?.source).toBe('ada/Words-GGUF')
  })

  it('in other formats are one each, however many files they have', async () => {
    await put('Models/mlx/config.json', '{}')
    await put('Models/mlx/model-00001-of-00002.safetensors', '1')
    await put('Models/mlx/model-00002-of-00002.safetensors', '22')
    await put('Models/old.pt', 'PK')
    await put('Models/optimizer.pt', 'PK')
    await put('Models/onnx/model.onnx', 'x')
    await put('Models/onnx/model.onnx_data', 'xyz')
    await put('Models/onnx/model_q4.onnx', 'x')
    await put('Models/whisper.mlpackage/Data/weights.bin', '12345')
    await put('Models/app/src/config.json', '{}')
    const { foreign } = await found()
    expect(foreign.map(({ id, bytes }) => [id, bytes])).toEqual([
      ['local-old', 2],
      ['whisper', 5],
      ['mlx', 3],
      ['local-onnx-onnx', 4],
    ])
  })

  it('in other formats are none when a part leads out of the folders', async () => {
    await put('Models/mlx/config.json', '{}')
    await symlink('/etc/passwd', join(home, 'Models/mlx/model.safetensors'))
    await symlink('/etc/passwd', join(home, 'Models/escapes.pt'))
    await mkdir(join(home, 'Models/dir.pt'))
    execFileSync('mkfifo', [join(home, 'Models/pipe.safetensors')])
    expect((await found()).foreign).toEqual([])
  })
})
