import { z } from 'zod'
import { endpoint } from './endpoint.ts'

/** Stands where the key belongs: keys are known to nobody but who made them. */
export const keyPlaceholder = 'YOUR_KEY'

const place = z.string().meta({ description: 'Where it belongs, for a person' })

/** One thing to do in a client. */
const part = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('file'),
    place,
    paths: z.array(z.string()).meta({
      description: 'Where the client looks for it; the first that exists, else the first. ~ is the home',
    }),
    format: z.enum(['json', 'yaml', 'toml']),
    text: z.string().meta({ description: 'The whole of a new file' }),
    value: z.record(z.string(), z.unknown()).meta({ description: 'What to merge into a file that is there' }),
  }),
  z.object({ kind: z.literal('text'), place, language: z.string(), text: z.string() }),
  z.object({
    kind: z.literal('form'),
    place,
    fields: z.array(z.object({ label: z.string(), value: z.string() })),
  }),
])
export type ClientPart = z.output<typeof part>

const client = z
  .object({
    id: z.string(),
    name: z.string(),
    uses: z.string().meta({ description: 'The routes it calls' }),
    parts: z.array(part),
    notes: z.array(z.string()),
  })
  .meta({ id: 'Client' })
export type ClientRecipe = z.output<typeof client>

export const listClients = endpoint({
  id: 'listClients',
  method: 'get',
  path: '/api/clients',
  summary: 'What to paste into editors, agents and libraries, with the values of this server',
  scope: 'inference',
  query: z.object({
    model: z.string().optional().meta({ description: 'The default model where absent' }),
    address: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({ description: 'As the client reaches the server' }),
    withKey: z
      .enum(['true', 'false'])
      .optional()
      .meta({ description: `Whether ${keyPlaceholder} stands in it; by default where keys are required` }),
  }),
  response: z.object({
    address: z.string(),
    model: z.string(),
    needsKey: z.boolean(),
    clients: z.array(client),
  }),
})
