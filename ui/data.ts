import { useCallback, useEffect, useRef, useState } from 'react'
import type { Topic } from '../core/contract/events.ts'
import type { CallInput, Failure, ValueOf } from './api.ts'
import { useCore } from './core.ts'
import type { AnyFrame } from './live.ts'
import type { Name } from './operations.ts'

export interface Data<T> {
  /** The latest that is known; it stays while the core is gone. */
  readonly value: T | undefined
  /** Why the latest look failed. */
  readonly failure: Failure | undefined
  readonly refresh: () => void
  /** Takes what the core answered to a command, without asking again. */
  readonly put: (value: T) => void
}

interface Options<N extends Name> extends Pick<CallInput<N>, 'params' | 'query'> {
  /** Facts after which to look again. After a gap every screen looks again. */
  readonly topics?: readonly Topic[]
  /** Makes the new value from the old one and a fact; null when that cannot be done, and it is fetched. */
  readonly patch?: (value: ValueOf<N>, frame: AnyFrame) => ValueOf<N> | null
}

/** Facts come in bursts: one look answers for all of them. */
const settleMilliseconds = 120

/** Fetches what an operation answers, and keeps it true by the facts that come. */
export function useData<N extends Name>(name: N, options: Options<N> = {}): Data<ValueOf<N>> {
  const { api, live } = useCore()
  const [value, setValue] = useState<ValueOf<N>>()
  const [failure, setFailure] = useState<Failure>()
  const [round, setRound] = useState(0)
  const latest = useRef(options)
  latest.current = options
  const place = JSON.stringify([options.params, options.query])

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new round or place is what asks for another look
  useEffect(() => {
    const leave = new AbortController()
    void (async () => {
      const { params, query } = latest.current
      const outcome = await api.call(name, {
        ...(params && { params }),
        ...(query && { query }),
        signal: leave.signal,
      })
      if (leave.signal.aborted) return
      if (outcome.ok) setValue(() => outcome.value)
      setFailure(outcome.ok ? undefined : outcome.failure)
    })()
    return () => leave.abort()
  }, [api, name, round, place])

  const refresh = useCallback(() => setRound(round => round + 1), [])
  useEffect(() => {
    let timer: number | undefined
    const stop = live.listen(heard => {
      const { topics, patch } = latest.current
      if (heard.topic !== 'gap' && !topics?.includes(heard.topic)) return
      const look = () => {
        clearTimeout(timer)
        timer = setTimeout(refresh, settleMilliseconds)
      }
      if (heard.topic === 'gap' || patch === undefined) look()
      else
        setValue(value => {
          const patched = value === undefined ? null : patch(value, heard)
          if (patched === null) look()
          return patched ?? value
        })
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [live, refresh])

  const put = useCallback((value: ValueOf<N>) => setValue(() => value), [])
  return { value, failure, refresh, put }
}
