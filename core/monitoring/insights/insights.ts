import type { HistoryEvent, Insight } from '../../contract/monitoring.ts'
import type { StoredRequest } from '../history/store.ts'
import { cacheLost } from './cache-lost.ts'
import { evicted } from './evicted.ts'
import { slower } from './slower.ts'

/** What the history tells that a person can do something about; without evidence nothing. The weightiest first. Pure. */
export function insights(
  requests: readonly StoredRequest[],
  events: readonly HistoryEvent[],
  now: number,
): Insight[] {
  const lost = cacheLost(requests, now).sort((a, b) => b.tokens - a.tokens)
  const driven = evicted(events, requests, now).sort((a, b) => b.count - a.count)
  const slow = slower(requests, now).sort((a, b) => a.now / a.before - b.now / b.before)
  return [...slow, ...lost, ...driven]
}
