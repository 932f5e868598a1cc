import { globSync } from 'node:fs'
import type { Operation } from '../../core/contract/endpoint.ts'
import { errorCodes } from '../../core/contract/errors.ts'
import { inProject } from '../project.ts'
import { startCore } from '../running-core.ts'
import { code, codes, table } from './markdown.ts'

/** Every operation that the contract declares. */
async function declaredOperations(): Promise<Operation[]> {
  const files = globSync('core/contract/**/*.ts', { cwd: inProject() }).filter(
    file => !file.endsWith('.test.ts'),
  )
  const modules = await Promise.all(files.map(file => import(inProject(file)) as Promise<object>))
  return modules.flatMap(module => Object.values(module)).filter(isOperation)
}

/** `get /v1/models/{id}` for every operation in the OpenAPI document of a core that was started for this. */
async function servedOperations(): Promise<ReadonlySet<string>> {
  await using core = await startCore(inProject('core/main.ts'), { flags: ['--engine', 'scripted'] })
  const answer = await fetch(`${core.url}/api/openapi.json`)
  const { paths } = (await answer.json()) as { paths: Record<string, Record<string, unknown>> }
  return new Set(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map(method => `${method} ${path}`),
    ),
  )
}

/** `/v1/models/:id{.+}` → `/v1/models/{id}` */
export function shownPath(path: string): string {
  return path.replace(/:(\w+)(\{[^}]*\})?/g, '{$1}')
}

export function isOperation(value: unknown): value is Operation {
  return (
    typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'scope' in value
  )
}

/** What is declared and served: the contract may be ahead of the rooms. */
export async function operationsBlock(): Promise<string> {
  const [declared, served] = await Promise.all([declaredOperations(), servedOperations()])
  const rows = declared
    .filter(({ method, path }) => served.has(`${method} ${shownPath(path)}`))
    .sort((a, b) => a.path.localeCompare(b.path, 'en') || a.method.localeCompare(b.method, 'en'))
    .map(({ method, path, aliases, summary, scope }) => [
      code(`${method.toUpperCase()} ${shownPath(path)}`),
      summary,
      scope,
      codes((aliases ?? []).map(shownPath)),
    ])
  return table(['Operation', 'What it does', 'Scope', 'Also answers at'], rows)
}

export function errorsBlock(): string {
  const rows = Object.entries(errorCodes).map(([name, { status, type, help }]) => [
    code(name),
    String(status),
    code(type),
    help,
  ])
  return table(['Code', 'Status', 'Type', 'What to do'], rows)
}
