import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Database } from '../../platform/database.ts'
import type { Log } from '../../platform/log.ts'
import type { InstalledModel, ModelFacts } from '../types.ts'
import { aliasFrom, withAliases } from './aliases.ts'
import { LibraryRecords } from './records.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log }
let folder: string
let database: Database

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'impetus-records-'))
  database = new Database({ path: join(folder, 'impetus.db'), backups: join(folder, 'backups'), log })
  database.start()
})
afterEach(() => {
  database.stop()
  rmSync(folder, { recursive: true })
})

function opened(version = '1'): LibraryRecords {
  const records = new LibraryRecords(database, version)
  records.start()
  return records
}

const facts: ModelFacts = {
  architecture: 'llama',
  name: null,
  parameters: 8e9,
  quantization: 'Q4_K',
  trainedContextLength: 8192,
  vocabularySize: 32_000,
  kind: 'text',
  templateError: null,
  hasChatTemplate: true,
  chatTemplate: '{{ messages }}',
  supportsTools: false,
  supportsInfill: false,
  license: 'mit',
  tensors: 291,
}

describe('facts', () => {
  it('outlive the process, with their template, until the file or the version changes', () => {
    const now = Date.now()
    opened().facts.save('1:2:3', { state: 'known', facts }, now)
    opened().facts.save('4:5:6', { state: 'invalid', reason: 'It is cut off.' }, now)
    expect(opened().facts.get('1:2:3')).toEqual({ state: 'known', facts })
    expect(opened().facts.get('4:5:6')).toEqual({ state: 'invalid', reason: 'It is cut off.' })
    expect(opened().facts.get('1:2:4')).toEqual({ state: 'unknown' })
    expect(opened('2').facts.get('1:2:3')).toEqual({ state: 'unknown' })
  })

  it('that nobody can read any more are read from the file again', () => {
    opened().facts.save('1:2:3', { state: 'known', facts }, Date.now())
    database.run(`UPDATE library_facts SET facts = '{"architecture":1}'`)
    expect(opened().facts.get('1:2:3')).toEqual({ state: 'unknown' })
  })

  it('of a year ago go, and templates that nobody has any more with them', () => {
    opened().facts.save('1:2:3', { state: 'known', facts }, Date.now() - 400 * 86_400_000)
    expect(opened().facts.get('1:2:3')).toEqual({ state: 'unknown' })
    expect(database.all('SELECT * FROM library_templates')).toEqual([])
  })
})

it('what people said is there after a restart', () => {
  const { labels, aliases, linked, hashes } = opened()
  labels.setNote('a', 'Good.')
  labels.setTags('a', ['x', 'x', 'b'])
  labels.setCollection({ name: 'c', description: 'd', models: ['b', 'a', 'b'] }, 1)
  aliases.add('other', 'a', 1)
  linked.add('/m/a.gguf', 1)
  hashes.save('1:2:3', 'f'.repeat(64), 1)
  hashes.promise('/m/a.gguf', 'e'.repeat(64), 'hub')
  const again = opened()
  expect(again.labels.of('a')).toEqual({ note: 'Good.', tags: ['b', 'x'] })
  expect(again.labels.collections()).toEqual([{ name: 'c', description: 'd', models: ['b', 'a'] }])
  expect([...again.aliases.all]).toEqual([['other', 'a']])
  expect(again.linked.paths).toEqual(['/m/a.gguf'])
  expect(again.hashes.get('1:2:3')).toBe('f'.repeat(64))
  expect(again.hashes.promised('/m/a.gguf')).toEqual({ sha256: 'e'.repeat(64), source: 'hub' })
})

describe('further names', () => {
  it.each(['../x', 'a b', 'a//b', ':x', 'x:', 'ä', '', 'x'.repeat(300), 'a\0b'])('%j is none', name => {
    expect(() => aliasFrom(name)).toThrow(expect.objectContaining({ code: 'invalid_value' }))
  })

  it.each(['gpt-4o', 'llama3.2:1b', 'hf.co/ada/Words:Q4_K_M'])('%j is one', name => {
    expect(aliasFrom(name)).toBe(name.toLowerCase())
  })

  it('go before those a file has, and never before an id', () => {
    const model = (id: string, names: string[]) => ({ id, aliases: names }) as unknown as InstalledModel
    const models = [model('a', ['shared', 'a:latest']), model('b', ['b:latest'])]
    const given = new Map([
      ['shared', 'b'],
      ['a', 'b'],
      ['nobody', 'gone'],
    ])
    expect(withAliases(models, given).map(one => one.aliases)).toEqual([['a:latest'], ['shared', 'b:latest']])
  })
})
