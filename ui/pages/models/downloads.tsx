import Button from 'antd/es/button'
import { useState } from 'react'
import type { Download } from '../../../core/contract/downloads.ts'
import type { Failure } from '../../api.ts'
import { useCore } from '../../core.ts'
import { useData } from '../../data.ts'
import { FailureNote, Section } from '../../parts/page.tsx'
import { useWords, type Words } from '../../words/words.tsx'
import { withDownload } from './with-download.ts'

type Command = 'pauseDownload' | 'resumeDownload' | 'cancelDownload' | 'retryDownload' | 'removeDownload'

/** What can be done to a download in each of its states. */
const commands: Readonly<Record<Download['state'], readonly Command[]>> = {
  queued: ['cancelDownload'],
  running: ['pauseDownload', 'cancelDownload'],
  verifying: [],
  paused: ['resumeDownload', 'cancelDownload'],
  done: ['removeDownload'],
  failed: ['retryDownload', 'removeDownload'],
  cancelled: ['retryDownload', 'removeDownload'],
}

/** Models under way. Nothing is shown where there are none. */
export function Downloads() {
  const words = useWords()
  const { api } = useCore()
  const list = useData('listDownloads', {
    topics: ['download.changed', 'download.removed'],
    patch: withDownload,
  })
  const [failure, setFailure] = useState<Failure | null>(null)
  const downloads = list.value?.downloads ?? []
  const act = async (command: Command, id: string) => {
    const outcome = await api.call(command, { params: { id } })
    setFailure(outcome.ok ? null : outcome.failure)
  }
  if (downloads.length === 0)
    return list.failure ? <FailureNote failure={list.failure} retry={list.refresh} /> : null
  return (
    <Section title={words.say('downloads')}>
      {failure && <FailureNote failure={failure} />}
      <ul className="downloads">
        {downloads.map(one => (
          <li key={one.id}>
            <div className="line">
              <strong className="grow">{one.name}</strong>
              <span className="muted">{progressText(one, words)}</span>
              <span className="actions">
                {commands[one.state].map(command => (
                  <Button
                    key={command}
                    size="small"
                    aria-label={`${words.say(command)}: ${one.name}`}
                    onClick={() => void act(command, one.id)}
                  >
                    {words.say(command)}
                  </Button>
                ))}
              </span>
            </div>
            {one.state !== 'done' && (
              <progress aria-label={one.name} value={one.done} max={Math.max(1, one.bytes)} />
            )}
            {one.error && <FailureNote failure={{ ...one.error, param: null }} />}
          </li>
        ))}
      </ul>
    </Section>
  )
}

function progressText(one: Download, words: Words): string {
  const parts = [words.say(`download-${one.state}`), `${words.bytes(one.done)} / ${words.bytes(one.bytes)}`]
  if (one.state === 'running' && one.bytesPerSecond !== null)
    parts.push(`${words.bytes(one.bytesPerSecond)}/s`)
  if (one.state === 'running' && one.secondsLeft !== null) {
    parts.push(words.say('timeLeft', { time: words.duration(one.secondsLeft * 1000) }))
  }
  return parts.join(' · ')
}
