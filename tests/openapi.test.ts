import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { errorCodes } from '../core/contract/errors.ts'
import { Sandbox } from './support/program.ts'

type Json = Record<string, unknown>
interface OpenApi extends Json {
  readonly paths: Record<string, Record<string, Json & { operationId?: string; parameters: Json[] }>>
  readonly components: { readonly schemas: Record<string, Json> }
}

// The document of the whole core: every room's operations are in it.

const sandbox = new Sandbox()
let document: OpenApi

beforeAll(async () => {
  const core = await sandbox.serve()
  document = (await core.request('GET', '/api/openapi.json')).json<OpenApi>()
}, 60_000)
afterAll(() => sandbox[Symbol.asyncDispose]())

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )

test('it is OpenAPI 3.1, by the official schema', async () => {
  const validator = new Validator()
  expect(await validator.validate(structuredClone(document))).toMatchObject({ valid: true })
  expect(validator.version).toBe('3.1')
})

test('it has the operations of all rooms, each id once', () => {
  const ids = operations().flatMap(({ operation }) => operation.operationId ?? [])
  expect(new Set(ids).size).toBe(ids.length)
  expect(Object.keys(document.paths)).toEqual(
    expect.arrayContaining([
      '/health',
      '/api/status',
      '/v1/models',
      '/v1/chat/completions',
      '/api/keys',
      '/api/settings',
    ]),
  )
})

test('every reference leads somewhere, every part is referred to', () => {
  const text = JSON.stringify(document)
  const names = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name)
  expect(new Set(names)).toEqual(new Set(Object.keys(document.components.schemas)))
})

test('every parameter in a path is described, and no other', () => {
  for (const { path, operation } of operations()) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const described = operation.parameters
      .filter(parameter => parameter.in === 'path')
      .map(({ name }) => name)
    expect([path, described]).toEqual([path, inPath])
  }
})

test('it lists every error code', () => {
  const text = JSON.stringify(document.components.schemas.Error)
  for (const code of Object.keys(errorCodes)) expect(text).toContain(`"${code}"`)
})
