import type { Hono } from 'hono'
import { getOpenApi } from '../contract/openapi.ts'
import type { Env } from './env.ts'
import { openApiDocument } from './openapi.ts'
import { OperationRegistry } from './registry.ts'
import { serve } from './serve.ts'

/** Mounts the OpenAPI document of every operation mounted on this app. It is made when first asked for. */
export function documentRoutes(app: Hono<Env>, version: string): void {
  let document: ReturnType<typeof openApiDocument> | undefined
  serve(app, getOpenApi, () => {
    document ??= openApiDocument(OperationRegistry.of(app).list(), version)
    return document
  })
}
