import type { z } from 'zod'
import { ImpetusError } from '../contract/errors.ts'

type Issue = z.core.$ZodIssue

/**
 * The first issue as an error that names the field. A union's issues are told by the branch that came furthest: it is
 * the one the sender meant.
 */
export function issuesToError(error: z.ZodError): ImpetusError {
  const [first] = error.issues
  if (first === undefined) return new ImpetusError('invalid_value', 'The body does not fit.')
  const { issue, path } = deepest(first, first.path)
  const param = path.map(String).join('.')
  const wrongType = issue.code === 'invalid_type' || issue.code === 'unrecognized_keys'
  const where = param === '' ? 'The body' : `"${param}"`
  return new ImpetusError(wrongType ? 'invalid_type' : 'invalid_value', `${where}: ${issue.message}`, {
    ...(param === '' ? {} : { param }),
  })
}

function deepest(issue: Issue, path: readonly PropertyKey[]): { issue: Issue; path: readonly PropertyKey[] } {
  if (issue.code !== 'invalid_union') return { issue, path }
  let best: { issue: Issue; path: readonly PropertyKey[] } = { issue, path }
  for (const branch of issue.errors) {
    const [head] = branch
    if (head === undefined) continue
    const candidate = deepest(head, [...path, ...head.path])
    if (candidate.path.length > best.path.length) best = candidate
  }
  return best
}
