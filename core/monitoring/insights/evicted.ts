import type { HistoryEvent, Insight } from '../../contract/monitoring.ts'
import type { StoredRequest } from '../history/store.ts'

type Evicted = Extract<Insight, { kind: 'evicted' }>

const span = 24 * 3600 * 1000
const leastTimes = 3
/** A model is asked for at most so long before another one has to go for it: the longest wait in a queue. */
const asked = 600_000
/** So many of those who asked must be one client for it to be named. */
const nearlyAll = 0.8

/**
 * Models that had to leave the memory for another one, again and again in the last day. Pure.
 *
 * @param events of the kind `model.evicted`, the newest first
 * @param requests the newest first
 */
export function evicted(
  events: readonly HistoryEvent[],
  requests: readonly StoredRequest[],
  now: number,
): Evicted[] {
  const recent = events.filter(event => event.kind === 'model.evicted' && now - event.time <= span)
  return [...Map.groupBy(recent, ({ subject, by }) => JSON.stringify([subject, by])).values()].flatMap(
    group => {
      const [newest, oldest] = [group[0], group.at(-1)]
      if (newest === undefined || oldest === undefined || group.length < leastTimes) return []
      const { subject, by } = newest
      if (subject === null || by === null) return []
      const asking = group.flatMap(({ time }) => whoAsked(requests, by, time) ?? [])
      return [
        {
          kind: 'evicted' as const,
          model: subject,
          by,
          client: mostOf(
            asking.map(({ client }) => client),
            group.length,
          ),
          count: group.length,
          from: oldest.time,
          to: newest.time,
          requests: asking.slice(0, 5).map(({ id }) => id),
        },
      ]
    },
  )
}

/** The latest request for the model that had come by then. */
function whoAsked(
  requests: readonly StoredRequest[],
  model: string,
  time: number,
): StoredRequest | undefined {
  return requests.find(one => one.model === model && one.time <= time && time - one.time <= asked)
}

function mostOf(clients: readonly (string | null)[], of: number): string | null {
  for (const [client, group] of Map.groupBy(clients, client => client)) {
    if (client !== null && group.length >= of * nearlyAll) return client
  }
  return null
}
