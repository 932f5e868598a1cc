import { createContext, useContext, useSyncExternalStore } from 'react'
import type { Api } from './api.ts'
import type { ChoiceStore } from './choices.ts'
import type { Live, LiveState } from './live.ts'
import type { RequestLog } from './requests.ts'

/** What every screen may use. */
export interface Core {
  readonly api: Api
  readonly live: Live
  readonly requests: RequestLog
  readonly choices: ChoiceStore
}

export const CoreContext = createContext<Core | null>(null)

export function useCore(): Core {
  const core = useContext(CoreContext)
  if (core === null) throw new Error('useCore outside of CoreContext')
  return core
}

export function useLiveState(live: Live): LiveState {
  return useSyncExternalStore(live.watch, () => live.state)
}
