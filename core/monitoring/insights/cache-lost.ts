import type { Insight } from '../../contract/monitoring.ts'
import type { StoredRequest } from '../history/store.ts'

type CacheLost = Extract<Insight, { kind: 'cacheLost' }>

const span = 24 * 3600 * 1000
/** Causes that the client, or how it is set up, can do something about. A first question is nobody's fault. */
const avoidable: ReadonlySet<string> = new Set([
  'template',
  'toolOrder',
  'tools',
  'timestamp',
  'trimmedHistory',
  'evicted',
])
const leastRequests = 5
const leastTokens = 5000
/** Share of a client's requests: fewer are chance. */
const leastShare = 0.3

/**
 * Clients whose prompts are computed again for one and the same cause, and what that has cost. Pure.
 *
 * @param requests the newest first
 */
export function cacheLost(requests: readonly StoredRequest[], now: number): CacheLost[] {
  const recent = requests.filter(one => one.client !== null && now - one.time <= span && one.promptTokens > 0)
  return [...Map.groupBy(recent, ({ client }) => client ?? '')].flatMap(([client, all]) => {
    const lossy = all.filter(({ cause }) => cause !== null && avoidable.has(cause))
    return [...Map.groupBy(lossy, ({ cause }) => cause ?? '')].flatMap(([cause, group]) => {
      const tokens = group.reduce((sum, one) => sum + one.promptTokens - one.cachedTokens, 0)
      const [newest, oldest] = [group[0], group.at(-1)]
      if (newest === undefined || oldest === undefined) return []
      if (group.length < Math.max(leastRequests, all.length * leastShare) || tokens < leastTokens) return []
      const told = group.flatMap(({ prefill }) => prefill ?? [])
      return [
        {
          kind: 'cacheLost' as const,
          client,
          cause,
          count: group.length,
          of: all.length,
          tokens,
          milliseconds: told.length === group.length ? told.reduce((sum, one) => sum + one, 0) : null,
          from: oldest.time,
          to: newest.time,
          requests: group.slice(0, 5).map(({ id }) => id),
        },
      ]
    })
  })
}
