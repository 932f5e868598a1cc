import type { Operation, RequestOf, ResponseOf } from '../../core/contract/endpoint.ts'

export interface Given<O extends Operation> {
  readonly body?: RequestOf<O>
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string>>
}

/** Calls an operation with the rights of `send`; throws what the core answers when it refuses. */
export async function callWith<O extends Operation>(
  send: typeof fetch,
  operation: O,
  { body, params = {}, query }: Given<O> = {},
): Promise<ResponseOf<O>> {
  const path = operation.path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, (_all, name) =>
    encodeURIComponent(params[name] ?? ''),
  )
  const search = query === undefined ? '' : `?${new URLSearchParams(query)}`
  const response = await send(`http://impetus${path}${search}`, {
    method: operation.method.toUpperCase(),
    ...(operation.request && {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body ?? {}),
    }),
  })
  const answer: unknown = await response.json()
  if (response.status !== 200)
    throw Object.assign(new Error(JSON.stringify(answer)), { status: response.status })
  return operation.response.parse(answer) as ResponseOf<O>
}
