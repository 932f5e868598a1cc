import type { Hono } from 'hono'
import type { Operation } from '../contract/endpoint.ts'
import type { Env } from './env.ts'

const registries = new WeakMap<Hono<Env>, OperationRegistry>()

/** The operations one app serves, for the OpenAPI document. Each app has its own, made at the first question. */
export class OperationRegistry {
  readonly #operations = new Map<string, Operation>()

  static of(app: Hono<Env>): OperationRegistry {
    const known = registries.get(app)
    if (known) return known
    const fresh = new OperationRegistry()
    registries.set(app, fresh)
    return fresh
  }

  /** Two operations with one id would hide one another in the document and in the table of calls. */
  add(operation: Operation): void {
    if (this.#operations.has(operation.id)) throw new Error(`two operations are called "${operation.id}"`)
    this.#operations.set(operation.id, operation)
  }

  list(): readonly Operation[] {
    return [...this.#operations.values()]
  }
}
