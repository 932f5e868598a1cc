import { z } from 'zod'
import type { Operation } from '../contract/endpoint.ts'
import { errorCodes } from '../contract/errors.ts'

type Json = { [key: string]: unknown }

/**
 * The OpenAPI 3.1 document of a list of operations. Schemas with `meta({ id })` become components; the rest stands
 * where it is used.
 */
export function openApiDocument(operations: readonly Operation[], version: string): Json {
  const components = new Components()
  const paths: Record<string, Json> = {}
  for (const operation of operations) {
    for (const path of [operation.path, ...(operation.aliases ?? [])]) {
      const key = path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, '{$1}')
      const isAlias = path !== operation.path
      paths[key] = { ...paths[key], [operation.method]: describe(operation, path, isAlias, components) }
    }
  }
  return {
    openapi: '3.1.1',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: { title: 'Impetus', version, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/' }],
    paths,
    components: { schemas: { Error: errorSchema(), ...components.schemas }, securitySchemes },
  }
}

const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'A key made with "impetus keys create"' },
  apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'The same key' },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'impetus_session_<port>',
    description: 'The dashboard’s session',
  },
}

/** `{}` means that no credential is needed: by default inference needs none on this machine. */
const security = {
  public: [{}],
  inference: [{}, { bearer: [] }, { apiKey: [] }, { session: [] }],
  admin: [{ bearer: [] }, { apiKey: [] }, { session: [] }],
}

function describe(operation: Operation, path: string, isAlias: boolean, components: Components): Json {
  const media: Json = {
    [operation.media ?? 'application/json']: { schema: components.schema(operation.response, 'output') },
  }
  if (operation.stream) media[operation.stream] = { schema: { type: 'string' } }
  return {
    // An id must be the only one of its kind, so the aliases go without.
    ...(isAlias ? {} : { operationId: operation.id }),
    summary: operation.summary,
    tags: [path.split('/').find(part => part !== '' && part !== 'api' && part !== 'v1') ?? 'server'],
    parameters: [...pathParameters(path), ...queryParameters(operation, components)],
    ...(operation.request && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: components.schema(operation.request, 'input') } },
      },
    }),
    responses: {
      200: { description: 'Done', content: media },
      default: {
        description: 'An error',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
    security: security[operation.scope],
    'x-scope': operation.scope,
  }
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters(operation: Operation, components: Components): Json[] {
  if (!operation.query) return []
  const schema = components.schema(operation.query, 'input')
  const required = new Set(Array.isArray(schema.required) ? schema.required : [])
  return Object.entries((schema.properties ?? {}) as Record<string, Json>).map(([name, property]) => {
    const { description, ...rest } = property
    return {
      name,
      in: 'query',
      required: required.has(name),
      schema: rest,
      ...(description === undefined ? {} : { description }),
    }
  })
}

function errorSchema(): Json {
  return {
    type: 'object',
    required: ['error'],
    properties: {
      error: {
        type: 'object',
        required: ['message', 'type', 'param', 'code'],
        properties: {
          message: { type: 'string' },
          type: { type: 'string', enum: [...new Set(Object.values(errorCodes).map(({ type }) => type))] },
          param: { type: ['string', 'null'] },
          code: { type: 'string', enum: Object.keys(errorCodes) },
        },
      },
    },
  }
}

type Side = 'input' | 'output'

/** Turns zod schemas into JSON Schema and gathers the named ones. */
class Components {
  readonly schemas: Record<string, Json> = {}
  readonly #done: Record<Side, Map<z.ZodType, Json>> = { input: new Map(), output: new Map() }
  #nameless = 0

  schema(schema: z.ZodType, side: Side): Json {
    const known = this.#done[side].get(schema)
    if (known) return known
    const { json, definitions } = convert(schema, side)
    const ownName =
      side === 'input' ? differing(definitions, convert(schema, 'output').definitions) : new Set()
    const names = new Map<string, string>()
    for (const id of Object.keys(definitions)) {
      // zod's own name for a recursive schema without an id is counted anew in every document.
      if (id.startsWith('__')) names.set(id, `Part${++this.#nameless}`)
      else names.set(id, ownName.has(id) ? `${id}Input` : id)
    }
    for (const [id, definition] of Object.entries(definitions)) {
      this.schemas[names.get(id) ?? id] = moveReferences(definition, names) as Json
    }
    const moved = moveReferences(json, names) as Json
    this.#done[side].set(schema, moved)
    return moved
  }
}

function convert(schema: z.ZodType, io: Side): { json: Json; definitions: Record<string, Json> } {
  const {
    $schema: _,
    $defs,
    ...json
  } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // zod closes every object that comes out; a client must bear with fields that are added later.
      if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
    },
  }) as Json
  return { json, definitions: ($defs ?? {}) as Record<string, Json> }
}

/** A schema with defaults is one thing going in and another coming out; so is one that refers to such a schema. */
function differing(input: Record<string, Json>, output: Record<string, Json>): ReadonlySet<string> {
  const texts = Object.entries(input).map(([id, definition]) => ({ id, text: JSON.stringify(definition) }))
  const found = new Set(
    texts.filter(({ id, text }) => text !== JSON.stringify(output[id])).map(({ id }) => id),
  )
  for (let before = -1; before !== found.size; ) {
    before = found.size
    for (const { id, text } of texts) {
      if ([...found].some(other => text.includes(`"#/$defs/${other}"`))) found.add(id)
    }
  }
  return found
}

function moveReferences(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map(item => moveReferences(item, names))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key !== '$ref' || typeof inner !== 'string') return [key, moveReferences(inner, names)]
      if (inner === '#')
        throw new Error('A recursive schema needs meta({ id }) to stand in the OpenAPI document.')
      const id = inner.replace('#/$defs/', '')
      return [key, `#/components/schemas/${names.get(id) ?? id}`]
    }),
  )
}
