import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { OllamaFacts } from '../types.ts'

export interface OllamaModel {
  /** For the id: `llama3.2`, or `llama3.2-1b` where the tag is not the usual one. */
  readonly name: string
  /** The file of its weights, where the manifest says it is. */
  readonly blob: string
  readonly manifests: readonly string[]
  /** The same for models that share everything. */
  readonly key: string
  readonly folder: string
  readonly source: string
  readonly ollama: OllamaFacts
}

export interface OllamaFound {
  readonly models: readonly OllamaModel[]
  readonly directories: readonly string[]
  readonly problems: readonly string[]
}

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const manifest = z.object({
  layers: z.array(z.object({ mediaType: z.string(), digest, size: z.int().min(0) })).max(100),
})
type Layer = z.output<typeof manifest>['layers'][number]

/** As Ollama's own types have them (api.Options); anything else in the layer is left alone. */
const parameters = z.object({
  temperature: z.number().optional().catch(undefined),
  top_k: z.int().optional().catch(undefined),
  top_p: z.number().optional().catch(undefined),
  min_p: z.number().optional().catch(undefined),
  repeat_penalty: z.number().optional().catch(undefined),
  presence_penalty: z.number().optional().catch(undefined),
  frequency_penalty: z.number().optional().catch(undefined),
  num_ctx: z.int().positive().optional().catch(undefined),
  stop: z.union([z.array(z.string()), z.string().transform(one => [one])]).catch([]),
})

/** Manifests have a kilobyte, templates and licences some ten; what is larger is none of them. */
const limits = { manifests: 5000, bytes: 256 * 1024 } as const

/**
 * Reads Ollama's manifests: `manifests/HOST/NAMESPACE/NAME/TAG` names the layers of a model, each a file
 * `blobs/sha256-…`. Whether the weights are there and whole is for the caller to see.
 */
export async function readOllama(root: string): Promise<OllamaFound> {
  const found: { path: string; words: string[] }[] = []
  const directories: string[] = []
  await walk(join(root, 'manifests'), [], found, directories)
  const models = new Map<string, OllamaModel>()
  const problems: string[] = []
  for (const { path, words } of found) {
    const model = await readModel(root, path, words)
    if (model === undefined) problems.push('A manifest of Ollama could not be read.')
    else if (model !== 'none') {
      const same = models.get(`${model.blob} ${model.key}`)
      const names = [...(same?.ollama.names ?? []), ...model.ollama.names]
      const manifests = [...(same?.manifests ?? []), path]
      const first = { ...(same ?? model), manifests }
      models.set(`${model.blob} ${model.key}`, { ...first, ollama: { ...first.ollama, names } })
    }
  }
  return { models: [...models.values()], directories, problems }
}

async function walk(
  folder: string,
  words: readonly string[],
  found: { path: string; words: string[] }[],
  directories: string[],
): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => undefined)
  if (entries === undefined) return
  directories.push(folder)
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (found.length >= limits.manifests) return
    const path = join(folder, entry.name)
    if (entry.name.startsWith('.')) continue
    if (entry.isDirectory() && words.length < 3) await walk(path, [...words, entry.name], found, directories)
    else if (entry.isFile() && words.length === 3) found.push({ path, words: [...words, entry.name] })
  }
}

async function readModel(
  root: string,
  path: string,
  words: readonly string[],
): Promise<OllamaModel | 'none' | undefined> {
  const text = await readSmall(path)
  const parsed = manifest.safeParse(text === undefined ? undefined : parseJson(text))
  if (!parsed.success) return undefined
  const { layers } = parsed.data
  const blobOf = (layer: Layer) => join(root, 'blobs', layer.digest.replace(':', '-'))
  const layersOf = (kind: string) => layers.filter(layer => layer.mediaType.endsWith(`.image.${kind}`))
  // Models that run in Ollama's cloud have no weights here.
  const [weights] = layersOf('model')
  if (weights === undefined) return 'none'
  const textOf = async (kind: string) => {
    const [layer] = layersOf(kind)
    return layer === undefined ? null : ((await readSmall(blobOf(layer))) ?? null)
  }
  const [host = '', namespace = '', name = '', tag = ''] = words
  const names = namesOf(host, namespace, name, tag)
  const rest = layers.filter(layer => layer !== weights).map(layer => layer.digest)
  const [template, system, license, params] = await Promise.all(
    ['template', 'system', 'license', 'params'].map(textOf),
  )
  return {
    name: tag === 'latest' ? name : `${name}-${tag}`,
    blob: blobOf(weights),
    manifests: [path],
    key: createHash('sha256').update(rest.sort().join(' ')).digest('hex'),
    folder: namespace,
    source: names[0] ?? name,
    ollama: {
      names,
      template: template ?? null,
      system: system ?? null,
      ...own(params),
      license: license ?? null,
    },
  }
}

function own(text: string | null | undefined): Pick<OllamaFacts, 'sampling' | 'stop' | 'contextLength'> {
  const given = parameters.safeParse(text == null ? {} : parseJson(text)).data
  const values = {
    temperature: given?.temperature,
    topK: given?.top_k,
    topP: given?.top_p,
    minP: given?.min_p,
    repeatPenalty: given?.repeat_penalty,
    presencePenalty: given?.presence_penalty,
    frequencyPenalty: given?.frequency_penalty,
  }
  const sampling = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
  return { sampling, stop: given?.stop ?? [], contextLength: given?.num_ctx ?? null }
}

/** How people write it to Ollama: without what is usual. */
function namesOf(host: string, namespace: string, name: string, tag: string): string[] {
  const usualHost = host === 'registry.ollama.ai'
  const before = usualHost ? (namespace === 'library' ? '' : `${namespace}/`) : `${host}/${namespace}/`
  return [`${before}${name}:${tag}`]
}

/** A small regular file's text; undefined for anything else, and never through a link. */
async function readSmall(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const stats = await file.stat()
    if (!stats.isFile() || stats.size > limits.bytes) return undefined
    return await file.readFile('utf8')
  } catch {
    return undefined
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
