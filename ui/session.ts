import type { Api, Failure } from './api.ts'

export type Session =
  | { readonly kind: 'in' }
  /** `failure`: why the link that was opened did not sign in; null when there was none. */
  | { readonly kind: 'out'; readonly failure: Failure | null }
  | { readonly kind: 'gone' }

/**
 * The one-time code of a sign-in link, taken out of the address: it must not stay in the history or in a bookmark. The
 * menu bar names the screen to open beside it.
 */
export function takeCode(): string | null {
  const link = new URLSearchParams(location.hash.slice(1))
  const code = link.get('code')
  const page = link.get('page') ?? ''
  if (code !== null)
    history.replaceState(null, '', /^[a-z]+(\/[\w.-]+)?$/.test(page) ? `#${page}` : location.pathname)
  return code
}

/** Exchanges the code, where there is one, and finds out whether this browser is signed in. */
export async function openSession(api: Api, code: string | null): Promise<Session> {
  let failure: Failure | null = null
  if (code !== null) {
    const outcome = await api.call('signIn', { body: { code } })
    if (!outcome.ok) failure = outcome.failure
  }
  const who = await api.call('whoAmI')
  if (!who.ok)
    return who.failure.code === 'core_gone' ? { kind: 'gone' } : { kind: 'out', failure: who.failure }
  if (who.value.kind !== 'session') return { kind: 'out', failure }
  api.csrfToken = who.value.csrfToken
  return { kind: 'in' }
}
