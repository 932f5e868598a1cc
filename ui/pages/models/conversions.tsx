import Button from 'antd/es/button'
import { useState } from 'react'
import type { Conversion } from '../../../core/contract/conversions.ts'
import type { Failure, ValueOf } from '../../api.ts'
import { useCore } from '../../core.ts'
import { useData } from '../../data.ts'
import type { AnyFrame } from '../../live.ts'
import { FailureNote, Section } from '../../parts/page.tsx'
import { useWords, type Words } from '../../words/words.tsx'

/** GGUF files in the making, and those made since the core was started. */
export function Conversions() {
  const words = useWords()
  const { api } = useCore()
  const list = useData('listConversions', { topics: ['conversion.changed'], patch: withConversion })
  const [failure, setFailure] = useState<Failure | null>(null)
  const conversions = list.value?.conversions ?? []
  const cancel = async (id: string) => {
    const outcome = await api.call('cancelConversion', { params: { id } })
    setFailure(outcome.ok ? null : outcome.failure)
  }
  if (conversions.length === 0) return null
  return (
    <Section title={words.say('conversions')}>
      {failure && <FailureNote failure={failure} />}
      <ul className="downloads">
        {conversions.map(one => (
          <li key={one.id}>
            <div className="line">
              <strong className="grow">{one.file}</strong>
              <span className="muted">{progressText(one, words)}</span>
              {one.finishedAt === null && (
                <Button
                  size="small"
                  aria-label={`${words.say('cancel')}: ${one.file}`}
                  onClick={() => void cancel(one.id)}
                >
                  {words.say('cancel')}
                </Button>
              )}
            </div>
            {one.finishedAt === null && (
              <progress aria-label={one.file} value={one.done} max={Math.max(1, one.bytes)} />
            )}
            {one.error && <FailureNote failure={{ ...one.error, param: null }} />}
          </li>
        ))}
      </ul>
    </Section>
  )
}

/** Five facts a second change the list without asking for it again. Pure. */
function withConversion(
  value: ValueOf<'listConversions'>,
  frame: AnyFrame,
): ValueOf<'listConversions'> | null {
  if (frame.topic !== 'conversion.changed') return value
  const fresh = frame.data
  const { conversions } = value
  if (!conversions.some(({ id }) => id === fresh.id)) return { conversions: [fresh, ...conversions] }
  return { conversions: conversions.map(one => (one.id === fresh.id ? fresh : one)) }
}

function progressText(one: Conversion, words: Words): string {
  const state = one.state === 'running' ? words.say('converting') : words.say(`download-${one.state}`)
  const left =
    one.secondsLeft === null ? [] : [words.say('timeLeft', { time: words.duration(one.secondsLeft * 1000) })]
  return [state, `${words.bytes(one.done)} / ${words.bytes(one.bytes)}`, ...left].join(' · ')
}
