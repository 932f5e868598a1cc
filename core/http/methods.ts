import type { Hono } from 'hono'
import { TrieRouter } from 'hono/router/trie-router'
import type { Env } from './env.ts'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']

/** The methods a path answers to, for the `Allow` header; empty where there is no such path. */
export function allowedMethods(app: Hono<Env>, path: string): readonly string[] {
  const router = new TrieRouter<true>()
  // Middleware is mounted for all methods and answers nothing by itself.
  for (const route of app.routes) if (route.method !== 'ALL') router.add(route.method, route.path, true)
  return methods.filter(method => router.match(method === 'HEAD' ? 'GET' : method, path)[0].length > 0)
}
