import { describe, expect, it } from 'vitest'
import { settingsSchema } from '../../contract/settings.ts'
import { type PlacesInput, placesOf } from './places.ts'

const { places } = settingsSchema.parse({}).library
const base: PlacesInput = {
  env: { HOME: '/home/ada' },
  platform: 'linux',
  own: '/own/models',
  linked: [],
  configured: [],
  places,
}
const paths = (more: Partial<PlacesInput> = {}) => placesOf({ ...base, ...more }).map(folder => folder.path)

describe('where models are looked for', () => {
  it('is where each program keeps them, the own folder first', () => {
    expect(paths({ configured: ['/disk/models'], linked: ['/there/a.gguf'] })).toEqual([
      '/own/models',
      '/home/ada/Models',
      '/disk/models',
      '/there/a.gguf',
      '/home/ada/.gerdsen_ai/model_cache',
      '/home/ada/.lmstudio/models',
      '/home/ada/.cache/lm-studio/models',
      '/home/ada/.cache/llama.cpp',
      '/home/ada/jan/models',
      '/home/ada/.config/Jan/data/models',
      '/home/ada/.config/Jan/data/llamacpp/models',
      '/home/ada/.cache/huggingface/hub',
      '/home/ada/.ollama/models',
      '/usr/share/ollama/.ollama/models',
    ])
    expect(paths({ platform: 'darwin' })).toEqual(
      expect.arrayContaining([
        '/home/ada/Library/Caches/llama.cpp',
        '/home/ada/Library/Application Support/Jan/data/models',
      ]),
    )
  })

  it.each<[string, Record<string, string>, string]>([
    ['HF_HUB_CACHE', { HF_HUB_CACHE: '/hf/cache', HF_HOME: '/hf' }, '/hf/cache'],
    ['HF_HOME', { HF_HOME: '/hf' }, '/hf/hub'],
    ['XDG_CACHE_HOME', { XDG_CACHE_HOME: '/cache' }, '/cache/huggingface/hub'],
    ['OLLAMA_MODELS', { OLLAMA_MODELS: '/big/ollama' }, '/big/ollama'],
    ['LLAMA_CACHE', { LLAMA_CACHE: '/big/llama' }, '/big/llama'],
  ])('follows %s', (_name, env, path) => {
    expect(paths({ env: { HOME: '/home/ada', ...env } })).toContain(path)
  })

  it('leaves out what is switched off, and everything of the home where there is none', () => {
    const off = placesOf({ ...base, places: { ...places, ollama: false, huggingFace: false } })
    expect(off.map(folder => folder.origin)).not.toContain('ollama')
    expect(off.map(folder => folder.origin)).not.toContain('huggingface')
    expect(paths({ env: {} })).toEqual(['/own/models', '/usr/share/ollama/.ollama/models'])
  })
})
