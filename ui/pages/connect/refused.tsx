import type { AuditEntry } from '../../../core/contract/audit.ts'
import { useData } from '../../data.ts'
import { Empty, FailureNote, Loading, Section } from '../../parts/page.tsx'
import type { Key } from '../../words/languages.ts'
import { useWords, type Words } from '../../words/words.tsx'

const events: Readonly<Record<string, Key>> = {
  'key.refused': 'refused-key.refused',
  'key.limited': 'refused-key.limited',
  'host.refused': 'refused-host.refused',
  'origin.refused': 'refused-origin.refused',
  'sign-in.refused': 'refused-sign-in.refused',
  'request.refused': 'refused-request.refused',
}
const mostShown = 50

/** Who was turned away, and why. */
export function Refused() {
  const words = useWords()
  const audit = useData('readAudit', { query: { limit: 500 }, topics: ['audit.recorded'] })
  const refused = audit.value?.entries.filter(({ event }) => event in events).slice(0, mostShown)
  return (
    <Section title={words.say('refusedCalls')} note={words.say('refusedNote')}>
      {audit.failure && <FailureNote failure={audit.failure} retry={audit.refresh} />}
      {refused === undefined && !audit.failure && <Loading />}
      {refused?.length === 0 && <Empty>{words.say('noRefused')}</Empty>}
      {refused && refused.length > 0 && (
        <table className="rows">
          <thead>
            <tr>
              <th scope="col">{words.say('time')}</th>
              <th scope="col">{words.say('reason')}</th>
              <th scope="col">{words.say('from')}</th>
            </tr>
          </thead>
          <tbody>
            {refused.map((entry, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two can be the same in all they say, and none is ever moved
              <tr key={place}>
                <td>{words.time(entry.time)}</td>
                <td>{reasonOf(entry, words)}</td>
                <td className="name">{whoOf(entry)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  )
}

function reasonOf({ event, suppressed }: AuditEntry, words: Words): string {
  const text = words.say(events[event] ?? 'refused-request.refused')
  // In a flood one entry stands for many.
  return suppressed === undefined ? text : `${text} (+${words.number(suppressed)})`
}

/** The page or the name that it came by says more than the address, which is mostly this machine’s. */
function whoOf({ event, fields }: AuditEntry): string {
  const key = event === 'key.limited' ? fields.key : null
  const told = [key, fields.origin, event === 'host.refused' ? fields.host : null, fields.remote]
  return String(told.find(one => typeof one === 'string' && one !== '') ?? '–')
}
