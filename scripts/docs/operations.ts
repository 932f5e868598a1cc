import { globSync } from 'node:fs'
import type { Operation } from '../../core/contract/endpoint.ts'
import { errorCodes } from '../../core/contract/errors.ts'
import { inProject } from '../project.ts'
import { code, codes, table } from './markdown.ts'

/** Every operation that the contract declares, by path. */
export async function allOperations(): Promise<Operation[]> {
  const files = globSync('core/contract/**/*.ts', { cwd: inProject() }).filter(
    file => !file.endsWith('.test.ts'),
  )
  const modules = await Promise.all(files.map(file => import(inProject(file)) as Promise<object>))
  return modules
    .flatMap(module => Object.values(module))
    .filter(isOperation)
    .sort((a, b) => a.path.localeCompare(b.path, 'en') || a.method.localeCompare(b.method, 'en'))
}

function isOperation(value: unknown): value is Operation {
  return (
    typeof value === 'object' && value !== null && 'method' in value && 'path' in value && 'scope' in value
  )
}

export async function operationsBlock(): Promise<string> {
  const rows = (await allOperations()).map(({ method, path, aliases, summary, scope }) => [
    code(`${method.toUpperCase()} ${path}`),
    summary,
    scope,
    codes(aliases ?? []),
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
