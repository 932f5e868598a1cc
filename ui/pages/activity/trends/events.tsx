import { useData } from '../../../data.ts'
import { Empty, FailureNote, Loading, Section } from '../../../parts/page.tsx'
import { useWords } from '../../../words/words.tsx'
import { subjectText } from './subject.ts'

/** What happened in the time that is shown: what the lines above may have to do with. */
export function Events({ from }: { from: number }) {
  const words = useWords()
  const { value, failure, refresh } = useData('listHistoryEvents', { query: { from, limit: 200 } })
  return (
    <Section title={words.say('events')}>
      {failure && <FailureNote failure={failure} retry={refresh} />}
      {value === undefined && !failure && <Loading />}
      {value?.events.length === 0 && <Empty>{words.say('noEvents')}</Empty>}
      {value && value.events.length > 0 && (
        <table className="rows">
          <thead>
            <tr>
              <th scope="col">{words.say('time')}</th>
              <th scope="col">{words.say('events')}</th>
              <th scope="col">{words.say('name')}</th>
            </tr>
          </thead>
          <tbody>
            {value.events.map((event, place) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two can be the same in all they say, and none is ever moved
              <tr key={place}>
                <td>{words.time(event.time)}</td>
                <td>{words.say(`event-${event.kind}`, { by: event.by ?? '–' })}</td>
                <td className="name">{subjectText(event, words)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  )
}
