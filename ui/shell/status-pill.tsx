import type { Status } from '../../core/contract/status.ts'
import { useCore, useLiveState } from '../core.ts'
import { useData } from '../data.ts'
import type { LiveState } from '../live.ts'
import { useCopy } from '../parts/copy.ts'
import type { Key } from '../words/languages.ts'
import { useWords } from '../words/words.tsx'

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

/** How Impetus is, always in sight; a press copies the address that clients need. */
export function StatusPill() {
  const words = useWords()
  const { live } = useCore()
  const state = useLiveState(live)
  const status = useData('getStatus', { topics: ['core.changed', 'model.changed', 'models.changed'] })
  const { text, tone } = pillOf(state, status.value)
  const address = `${location.origin}/v1`
  const { copied, copy } = useCopy(address)
  return (
    <button
      type="button"
      className="pill"
      data-tone={tone}
      onClick={copy}
      title={words.say('copyAddress', { address })}
    >
      <span className="dot" aria-hidden="true" />
      <span className="label" role="status">
        {copied ? words.say('copied') : words.say(text)}
      </span>
    </button>
  )
}
