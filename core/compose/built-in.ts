import { existsSync } from 'node:fs'
import { join } from 'node:path'

export interface BuiltIn {
  readonly path: string
  /** What a person should know before using it. */
  readonly description: string | null
}

/** Two folders up: from the sources and from a build alike that is the project's folder. */
const project = join(import.meta.dirname, '..', '..')

/** The model that comes with Impetus, or what stands in for it until it is trained; null where neither is there. */
export function findBuiltIn(): BuiltIn | null {
  const places: BuiltIn[] = [
    { path: join(project, 'assets', 'impetus-mini.gguf'), description: null },
    {
      path: join(project, 'build', 'stand-in', 'impetus-mini.gguf'),
      description:
        'A stand-in with random weights, which answers gibberish: the built-in model is not trained yet.',
    },
  ]
  return places.find(({ path }) => existsSync(path)) ?? null
}
