import { describe, expect, it } from 'vitest'
import type { InstalledModel } from '../types.ts'
import { judge, nextToHash, promiseFor } from './choose.ts'

function model(id: string, inode: number, bytes: number, more: Partial<InstalledModel> = {}): InstalledModel {
  return {
    id,
    path: `/m/${id}.gguf`,
    parts: [`/m/${id}.gguf`],
    partsExpected: 1,
    aliases: [],
    bytes,
    origin: 'models',
    format: 'gguf',
    modifiedAt: 0,
    fingerprint: `${inode}:${bytes}:0`,
    description: null,
    ...more,
  }
}

describe('what is read next', () => {
  const models = [
    model('big', 1, 900),
    model('twin', 2, 500),
    model('small', 3, 100),
    model('other-twin', 4, 500),
  ]
  const order = (mode: 'all' | 'duplicates' | 'off') => {
    const done = new Set<string>()
    const ids: string[] = []
    for (let next = nextToHash(models, mode, print => done.has(print)); next; ) {
      done.add(next.print)
      ids.push(next.model.id)
      next = nextToHash(models, mode, print => done.has(print))
    }
    return ids
  }

  it('is what may be there twice, then the small', () => {
    expect(order('all')).toEqual(['twin', 'other-twin', 'small', 'big'])
    expect(order('duplicates')).toEqual(['twin', 'other-twin'])
    expect(order('off')).toEqual([])
  })

  it('is not a twin that is the same file by another name', () => {
    const linked = [model('one', 7, 500), model('two', 7, 500)]
    expect(nextToHash(linked, 'duplicates', () => false)).toBeUndefined()
  })
})

const sha = 'a'.repeat(64)

it.each([
  ['the hub’s word first', 'huggingface', `/blobs/${sha}`, { sha256: 'b', source: 'hub' }, 'c', 'hub'],
  ['the name in Hugging Face’s cache', 'huggingface', `/blobs/${sha}`, undefined, 'c', 'huggingface'],
  ['the name among Ollama’s blobs', 'ollama', `/blobs/sha256-${sha}`, undefined, undefined, 'ollama'],
  ['no such name elsewhere', 'models', `/m/${sha}`, undefined, undefined, undefined],
  ['what it was before', 'models', '/m/a.gguf', undefined, 'c', 'earlier'],
] as const)('a file is held against %s', (_name, origin, path, promised, earlier, source) => {
  expect(promiseFor(model('a', 1, 1, { origin }), path, promised, earlier)?.source).toBe(source)
})

it.each([
  [['hub', 'hub'], { state: 'matches', comparedWith: 'hub' }],
  [['hub', ''], { state: 'computed', comparedWith: null }],
  [[''], { state: 'computed', comparedWith: null }],
])('parts held against %j are %j', (sources, verdict) => {
  expect(judge(sources)).toEqual(verdict)
})
