import type { Status } from '../../core/contract/status.ts'
import type { LiveState } from '../live.ts'
import type { Key } from '../words/languages.ts'

type Tone = 'good' | 'busy' | 'bad'

/** What the pill says, from what is known. Pure. */
export function pillOf(live: LiveState, status: Status | undefined): { text: Key; tone: Tone } {
  if (live === 'gone') return { text: 'stateGone', tone: 'bad' }
  if (status === undefined || live === 'connecting') return { text: 'stateConnecting', tone: 'busy' }
  if (status.state === 'draining' || status.state === 'stopped') return { text: 'stateEnding', tone: 'busy' }
  if (!status.engine.available) return { text: 'stateNoEngine', tone: 'bad' }
  if (status.models.states.some(({ state }) => state === 'loading'))
    return { text: 'stateLoading', tone: 'busy' }
  return { text: 'stateRunning', tone: 'good' }
}
