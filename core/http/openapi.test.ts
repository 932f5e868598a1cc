import { expect, test } from 'vitest'
import { z } from 'zod'
import { endpoint } from '../contract/endpoint.ts'
import { openApiDocument } from './openapi.ts'

const named = z.object({ id: z.string(), tag: z.string().default('none') }).meta({ id: 'Named' })
const holder = z.object({ named }).meta({ id: 'Holder' })
const plain = z.object({ text: z.string() }).meta({ id: 'Plain' })
const tree: z.ZodType = z.object({
  get children() {
    return z.array(tree)
  },
})

const operations = [
  endpoint({
    id: 'change',
    method: 'patch',
    path: '/api/things/:id',
    aliases: ['/things/:id'],
    summary: 'Changes a thing',
    scope: 'admin',
    request: z.object({ thing: named, holder, plain, tree }),
    response: z.object({ thing: named, holder, plain }),
  }),
  endpoint({
    id: 'list',
    method: 'get',
    path: '/v1/things',
    summary: 'Lists things',
    scope: 'inference',
    query: z.object({
      limit: z.coerce.number().int().default(10).meta({ description: 'How many' }),
      after: z.string(),
    }),
    response: z.object({ things: z.array(named) }),
    stream: 'text/event-stream',
  }),
]
const document = openApiDocument(operations, '1.2.3') as {
  openapi: string
  info: { version: string }
  paths: Record<string, Record<string, Record<string, unknown>>>
  components: { schemas: Record<string, Record<string, unknown>> }
}
const change = document.paths['/api/things/{id}']?.patch
const list = document.paths['/v1/things']?.get

test('names the version, and paths as OpenAPI writes them', () => {
  expect(document.openapi).toBe('3.1.1')
  expect(document.info.version).toBe('1.2.3')
  expect(Object.keys(document.paths)).toEqual(['/api/things/{id}', '/things/{id}', '/v1/things'])
})

test('an alias answers the same without a second id', () => {
  const alias = document.paths['/things/{id}']?.patch
  expect(change?.operationId).toBe('change')
  expect(alias).not.toHaveProperty('operationId')
  expect(alias?.requestBody).toEqual(change?.requestBody)
})

test('parameters come from the path and the query', () => {
  expect(change?.parameters).toEqual([{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }])
  expect(list?.parameters).toEqual([
    expect.objectContaining({ name: 'limit', in: 'query', required: false, description: 'How many' }),
    { name: 'after', in: 'query', required: true, schema: { type: 'string' } },
  ])
})

test('named schemas are components, one name for each side where they differ', () => {
  const { schemas } = document.components
  expect(schemas.Named).toMatchObject({ type: 'object', required: ['id', 'tag'] })
  expect(schemas.NamedInput).toMatchObject({ type: 'object', required: ['id'] })
  expect(JSON.stringify(change?.responses)).toContain('#/components/schemas/Named"')
  expect(JSON.stringify(change?.requestBody)).toContain('#/components/schemas/NamedInput"')
  // It has no defaults itself, but it holds one that has.
  expect(schemas.HolderInput).toMatchObject({
    properties: { named: { $ref: '#/components/schemas/NamedInput' } },
  })
  expect(schemas.Plain).toBeDefined()
  expect(schemas).not.toHaveProperty('PlainInput')
})

test('a recursive schema without a name gets one', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)]
  expect(references.length).toBeGreaterThan(3)
  for (const [, name] of references) expect(document.components.schemas).toHaveProperty(name ?? '')
  expect(JSON.stringify(document)).not.toContain('$defs')
})

test('a stream is a second media type; errors have one shape; scopes become security', () => {
  expect(list?.responses).toMatchObject({
    200: { content: { 'application/json': {}, 'text/event-stream': {} } },
  })
  expect(change?.security).not.toContainEqual({})
  expect(list?.security).toContainEqual({})
  expect(document.components.schemas.Error).toBeDefined()
})
