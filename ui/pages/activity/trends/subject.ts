import type { HistoryEvent } from '../../../../core/contract/monitoring.ts'
import type { Key } from '../../../words/languages.ts'
import type { Words } from '../../../words/words.tsx'

const kinds: Readonly<Record<string, Key>> = {
  memory: 'kind-memory',
  thermal: 'kind-thermal',
  crashLoop: 'kind-crashLoop',
  disk: 'kind-disk',
  downloadFailed: 'kind-downloadFailed',
  keyUnused: 'kind-keyUnused',
  keyAbused: 'kind-keyAbused',
}

/** What an event was about: a model by its name, an alert by its kind, with the model where it names one. Pure. */
export function subjectText({ kind, subject }: HistoryEvent, words: Words): string {
  if (subject === null) return ''
  if (kind !== 'alert.raised' && kind !== 'alert.cleared') return subject
  const [name = '', ...about] = subject.split(':')
  const key = kinds[name]
  const text = key === undefined ? name : words.say(key)
  return name === 'crashLoop' ? `${text}: ${about.join(':')}` : text
}
