import { readFileSync } from 'node:fs'
import path from 'node:path'

/** The repository's folder. */
export const root = path.dirname(import.meta.dirname)

/** An absolute path inside the repository. */
export function inProject(...parts: string[]): string {
  return path.join(root, ...parts)
}

/** The version in package.json, the one place where it is written. */
export function projectVersion(): string {
  return (JSON.parse(readFileSync(inProject('package.json'), 'utf8')) as { version: string }).version
}

/**
 * The environment for the project's tools: without the variables that `npm run` adds (its user agent, its settings),
 * so that a tool behaves the same from npm and from a terminal.
 */
export function toolEnvironment(extra: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|NODE_ENV$)/i.test(name))
  return { ...Object.fromEntries(kept), ...extra }
}
