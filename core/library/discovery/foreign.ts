import type { Dirent } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Origin } from '../types.ts'
import type { FoundForeign } from './scan.ts'

/** Weights that stand beside a `config.json`: one model, however many files. */
const weights = /^(?!adapter_)(?:.*\.safetensors|pytorch_model.*\.bin|consolidated.*\.pth)$/i
/** Weights that are a model by themselves. */
const single = /\.(?:safetensors|mlmodel|pt|pth)$/i
const onnx = /\.onnx$/i
/** Core ML keeps a model in a folder with one of these endings. */
const bundle = /\.(?:mlpackage|mlmodelc)$/i
/** What training leaves beside a model, and parts of other models. */
const noModel =
  /^(?:optimizer|scheduler|scaler|rng_state|training_args|adapter_model|tokenizer|vae|embeddings?)\b/i

/** A folder that is one model, and is not looked into for others. */
export function isForeignFolder(name: string): boolean {
  return bundle.test(name)
}

/**
 * What looks like a model in another format in one folder, by names alone: whether it is one, its content says, and
 * that is read elsewhere. In Hugging Face's cache the weights are links, so links count too.
 *
 * @param allowed what a path really is, where nothing leads outside of the folders that are looked at
 */
export async function foreignIn(
  folder: string,
  entries: readonly Dirent[],
  origin: Origin,
  allowed: (path: string) => Promise<string | undefined>,
): Promise<FoundForeign[]> {
  const files = entries.filter(entry => entry.isFile() || entry.isSymbolicLink()).map(entry => entry.name)
  const found: { readonly path: string; readonly name: string; readonly measured: readonly string[] }[] = []
  const shards = files.filter(name => weights.test(name))
  if (files.includes('config.json') && shards.length > 0) {
    found.push({ path: folder, name: nameOf(folder), measured: shards.map(name => join(folder, name)) })
  } else {
    for (const name of files.filter(file => single.test(file) && !noModel.test(file)))
      found.push({ path: join(folder, name), name: stemOf(name), measured: [join(folder, name)] })
  }
  // Exports come in many precisions side by side, with their weights in further files: one model.
  const graphs = files.filter(name => onnx.test(name))
  const graph = graphs.find(name => name === 'model.onnx') ?? graphs[0]
  if (graph !== undefined) {
    const measured = files.filter(name => name.startsWith(graph)).map(name => join(folder, name))
    found.push({ path: join(folder, graph), name: `${nameOf(folder)}-onnx`, measured })
  }
  for (const { name } of entries.filter(entry => entry.isDirectory() && bundle.test(entry.name))) {
    const path = join(folder, name)
    found.push({ path, name: stemOf(name), measured: await filesBelow(path) })
  }
  const measured = await Promise.all(
    found.map(async ({ measured: paths, ...one }) => ({
      ...one,
      origin,
      ...(await measure(paths, allowed)),
    })),
  )
  return measured.filter(one => one.bytes > 0)
}

async function measure(
  paths: readonly string[],
  allowed: (path: string) => Promise<string | undefined>,
): Promise<Pick<FoundForeign, 'bytes' | 'modifiedAt' | 'fingerprint'>> {
  const all = await Promise.all(
    paths.map(async path => {
      const real = await allowed(path)
      return real === undefined ? undefined : await lstat(real).catch(() => undefined)
    }),
  )
  const files = all.filter(stats => stats?.isFile() === true)
  // A model of which a part leads elsewhere is none.
  if (files.length < paths.length) return { bytes: 0, modifiedAt: 0, fingerprint: '' }
  return {
    bytes: files.reduce((sum, stats) => sum + (stats?.size ?? 0), 0),
    modifiedAt: Math.max(0, ...files.map(stats => stats?.mtimeMs ?? 0)),
    fingerprint: files.map(stats => `${stats?.ino}:${stats?.size}:${stats?.mtimeMs}`).join(' '),
  }
}

const mostBundleFiles = 500

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])
  return entries
    .filter(entry => entry.isFile())
    .slice(0, mostBundleFiles)
    .map(entry => join(entry.parentPath, entry.name))
}

/** A model's name from its folder; in Hugging Face's cache, where that is a commit, the repository's. */
function nameOf(folder: string): string {
  const repo = /[/\\]models--(?:[^/\\]*--)?([^/\\]+)[/\\]snapshots[/\\][^/\\]+(?:[/\\](.+))?$/.exec(folder)
  if (repo === null) return basename(folder)
  const [, name = '', below] = repo
  return below === undefined ? name : `${name}-${below.replaceAll(/[/\\]/g, '-')}`
}

function stemOf(name: string): string {
  return name.replace(/\.[^.]+$/, '')
}
