import { z } from 'zod'
import { endpoint } from './endpoint.ts'

export const getOpenApi = endpoint({
  id: 'getOpenApi',
  method: 'get',
  path: '/api/openapi.json',
  summary: 'This API as an OpenAPI 3.1 document',
  scope: 'public',
  response: z.record(z.string(), z.unknown()),
})
