import { expect, test } from 'vitest'
import { z } from 'zod'
import { settingsSchema } from '../../../core/contract/settings.ts'
import { type Field, groupsOf, patchFor, type Schema, search, valueAt } from './form.ts'

const schema = z.toJSONSchema(settingsSchema, { io: 'input' }) as Schema
const groups = groupsOf(schema)
const fields = groups.flatMap(group => group.fields)
const field = (key: string): Field => fields.find(one => one.key === key) as Field

test('the sections are those of the schema, as far as a form can show them', () => {
  const names = groups.map(({ name }) => name)
  expect(Object.keys(schema.properties ?? {})).toEqual(expect.arrayContaining(names))
  expect(names).toEqual(expect.arrayContaining(['server', 'models', 'engine', 'downloads', 'logs']))
})

test.each([
  ['server.port', { kind: 'number', whole: true, least: 0, most: 65_535 }],
  ['server.requireKey', { kind: 'switch' }],
  ['server.allowedHosts', { kind: 'lines' }],
  ['server.tls.cert', { kind: 'text' }],
  ['logs.level', { kind: 'choice', choices: ['debug', 'info', 'warn', 'error'] }],
])('%s gets the input that fits', (key, input) => {
  expect(field(key).input).toEqual(input)
})

test('what needs a restart and what may be empty is known', () => {
  expect(field('server.port')).toMatchObject({ restart: true, nullable: false })
  expect(field('engine.threads')).toMatchObject({ restart: false, nullable: true })
})

test('a change names its place; the standard value is taken out of the file', () => {
  expect(patchFor(field('server.limits.nesting'), 32)).toEqual({ server: { limits: { nesting: 32 } } })
  expect(patchFor(field('server.limits.nesting'), 64)).toEqual({ server: { limits: { nesting: null } } })
  expect(valueAt({ server: { limits: { nesting: 32 } } }, 'server.limits.nesting')).toBe(32)
})

test('a search looks at names, titles and help', () => {
  expect(search(groups, 'certificate chain').flatMap(group => group.fields.map(({ key }) => key))).toEqual([
    'server.tls.cert',
  ])
  expect(search(groups, '')).toBe(groups)
})
