import type { Hono } from 'hono'
import { type Env, incomingOf } from '../http/env.ts'

/**
 * What clients of Ollama look for at its root, to see whether it runs: only on the port that was opened for them, as
 * the page for people is at the same path. Mounted before that.
 */
export function ollamaPage(app: Hono<Env>, port: () => number | null): void {
  app.get('/', (context, next) => {
    const local = incomingOf(context)?.socket.localPort
    if (local === undefined || local !== port()) return next()
    return context.text('Ollama is running')
  })
}
