import { parse as parseToml } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { parse as parseYaml } from 'yaml'
import { keyPlaceholder, listClients } from '../contract/clients.ts'
import { type PlaceFacts, recipesFor } from './recipes.ts'

const place: PlaceFacts = {
  address: 'http://127.0.0.1:5000/',
  model: 'qwen3-8b',
  needsKey: false,
  contextLength: 32_768,
  callsTools: true,
  fillsGaps: true,
}

const read: Record<'json' | 'yaml' | 'toml', (text: string) => unknown> = {
  json: text => JSON.parse(text),
  yaml: text => parseYaml(text),
  toml: text => parseToml(text),
}

/** What a person gets to see of a recipe. */
function said(facts: Partial<PlaceFacts>, id: string): string {
  const recipe = recipesFor({ ...place, ...facts }).find(one => one.id === id)
  return (recipe?.parts ?? [])
    .map(part =>
      part.kind === 'form' ? part.fields.map(field => Object.values(field).join(': ')).join('\n') : part.text,
    )
    .join('\n')
}

describe('every recipe', () => {
  const ids = recipesFor(place).map(({ id }) => id)

  it('is called once, in letters a shell takes', () => {
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter(id => !/^[a-z][a-z-]+$/.test(id))).toEqual([])
  })

  it('fits the contract', () => {
    const answer = { address: place.address, model: place.model, needsKey: false, clients: recipesFor(place) }
    expect(listClients.response.safeParse(JSON.parse(JSON.stringify(answer))).error).toBeUndefined()
  })

  it.each(ids)('%s has the address, and a key only where one is needed', id => {
    const open = said({}, id)
    expect(open).toContain('5000')
    expect(open).not.toContain(keyPlaceholder)
    expect(open).not.toContain('5000//')
    expect(said({ needsKey: true }, id)).toContain(keyPlaceholder)
  })

  it.each(ids)('%s does without a length that nobody knows', id => {
    expect(said({ contextLength: null }, id)).not.toMatch(/null|NaN|undefined/)
  })
})

describe('files', () => {
  const files = recipesFor(place).flatMap(({ id, parts }) =>
    parts.filter(part => part.kind === 'file').map(part => ({ id, ...part })),
  )

  it.each(files)(
    '$id: the new file says what is merged into one that is there',
    ({ format, text, value }) => {
      expect(read[format](text)).toMatchObject(value)
    },
  )

  it.each(files)('$id: its places are in the home', ({ paths, place }) => {
    expect(paths.filter(path => !path.startsWith('~/'))).toEqual([])
    expect(place).toBe(paths[0])
  })
})

describe('Xcode', () => {
  it('is told a port where that is enough, else the address and a key', () => {
    expect(said({}, 'xcode')).toBe('Port: 5000\nDescription: Impetus')
    expect(said({ needsKey: true }, 'xcode')).toContain(`URL: http://127.0.0.1:5000\n`)
    expect(said({ address: 'http://box.lan:5000' }, 'xcode')).toContain('URL: http://box.lan:5000\n')
  })
})

describe('what a model can do', () => {
  it('decides what Continue uses it for', () => {
    expect(said({}, 'continue')).toContain('autocomplete')
    const plain = said({ fillsGaps: false, callsTools: false }, 'continue')
    expect(plain).not.toContain('autocomplete')
    expect(plain).not.toContain('tool_use')
  })

  it('is said where an agent could not work with it', () => {
    const notes = (facts: Partial<PlaceFacts>) =>
      recipesFor({ ...place, ...facts })
        .flatMap(recipe => recipe.notes)
        .join('\n')
    expect(notes({})).not.toContain('qwen3-8b')
    expect(notes({ callsTools: false })).toContain('qwen3-8b calls no tools, and Codex needs one that does.')
    expect(notes({ contextLength: 4096 })).toContain('a context of 4096 tokens: too few for Codex.')
  })

  it('is not asked of aider, which uses no tools', () => {
    const [aider] = recipesFor({ ...place, callsTools: false, contextLength: 4096 }).filter(
      ({ id }) => id === 'aider',
    )
    expect(aider?.notes.join('\n')).not.toMatch(/needs one that does|too few/)
  })

  it('is told to clients that ask for it', () => {
    expect(said({ callsTools: true }, 'jetbrains')).toContain('Tool calling: on')
    expect(said({ callsTools: false }, 'jetbrains')).toContain('Tool calling: off')
    const [vsCode] = recipesFor({ ...place, callsTools: false }).filter(({ id }) => id === 'vscode')
    expect(vsCode?.notes.join('\n')).toContain('qwen3-8b calls none')
  })

  it('leaves a quarter of the context for the answer', () => {
    expect(said({ contextLength: 8192 }, 'opencode')).toContain('"output": 2048')
    expect(said({ contextLength: 131_072 }, 'opencode')).toContain('"output": 8192')
  })
})
