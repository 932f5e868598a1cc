import { useCore, useLiveState } from '../core.ts'
import { useData } from '../data.ts'
import { useCopy } from '../parts/copy.ts'
import { useWords } from '../words/words.tsx'
import { pillOf } from './pill.ts'

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
