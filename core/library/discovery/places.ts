import { join } from 'node:path'
import type { Settings } from '../../contract/settings.ts'
import type { Environment } from '../../platform/paths.ts'
import type { Folder } from './scan.ts'

export interface PlacesInput {
  readonly env: Environment
  readonly platform: NodeJS.Platform
  /** `$IMPETUS_HOME/models`. */
  readonly own: string
  /** Files and folders that people said to use where they are. */
  readonly linked: readonly string[]
  readonly configured: readonly string[]
  readonly places: Settings['library']['places']
}

/**
 * Where models are looked for, in the order of their rank: who comes first keeps the plain name. The places of other
 * programs are those their documentation names, as far as the environment does not say otherwise.
 */
export function placesOf({ env, platform, own, linked, configured, places }: PlacesInput): Folder[] {
  const home = env.HOME || undefined
  const inHome = (...parts: readonly string[]) => (home === undefined ? [] : [join(home, ...parts)])
  const cache = env.XDG_CACHE_HOME ? [env.XDG_CACHE_HOME] : inHome('.cache')
  const mac = platform === 'darwin'
  const support = inHome('Library', 'Application Support')
  const config = env.XDG_CONFIG_HOME ? [env.XDG_CONFIG_HOME] : inHome('.config')
  const below = (roots: readonly string[], ...parts: readonly string[]) =>
    roots.map(root => join(root, ...parts))
  const found: readonly (readonly [Folder['origin'], boolean, readonly string[]])[] = [
    ['impetus', true, [own]],
    ['models', places.userModels, inHome('Models')],
    ['configured', true, configured],
    ['linked', true, linked],
    ['gerdsen', places.gerdsen, inHome('.gerdsen_ai', 'model_cache')],
    [
      'lmstudio',
      places.lmStudio,
      [...inHome('.lmstudio', 'models'), ...inHome('.cache', 'lm-studio', 'models')],
    ],
    [
      'llama.cpp',
      places.llamaCpp,
      env.LLAMA_CACHE
        ? [env.LLAMA_CACHE]
        : mac
          ? inHome('Library', 'Caches', 'llama.cpp')
          : below(cache, 'llama.cpp'),
    ],
    [
      'jan',
      places.jan,
      [
        ...inHome('jan', 'models'),
        ...below(mac ? support : config, 'Jan', 'data', 'models'),
        ...below(mac ? support : config, 'Jan', 'data', 'llamacpp', 'models'),
      ],
    ],
    ['huggingface', places.huggingFace, huggingFace(env, cache)],
    [
      'ollama',
      places.ollama,
      env.OLLAMA_MODELS
        ? [env.OLLAMA_MODELS]
        : [...inHome('.ollama', 'models'), ...(mac ? [] : ['/usr/share/ollama/.ollama/models'])],
    ],
  ]
  return found.flatMap(([origin, isOn, paths]) => (isOn ? paths.map(path => ({ path, origin })) : []))
}

/** As huggingface_hub resolves it, its older name for the variable included. */
function huggingFace(env: Environment, cache: readonly string[]): string[] {
  const named = env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE
  if (named) return [named]
  if (env.HF_HOME) return [join(env.HF_HOME, 'hub')]
  return cache.map(folder => join(folder, 'huggingface', 'hub'))
}
