import { existsSync } from 'node:fs'
import { join } from 'node:path'

export interface BuiltIn {
  readonly path: string
  /** What a person should know before using it. */
  readonly description: string
}

/** Two folders up: from the sources and from a build alike that is the project's folder. */
const project = join(import.meta.dirname, '..', '..')

/**
 * The model that comes with Impetus; null where its file is not there.
 *
 * @param folder where a packaged program has unpacked what it carries
 */
export function findBuiltIn(folder?: string): BuiltIn | null {
  const path = join(folder ?? join(project, 'assets'), 'impetus-mini.gguf')
  if (!existsSync(path)) return null
  return {
    path,
    description:
      'Very small and built in: knows a little of Impetus. For anything else fetch a larger model.',
  }
}
