import type { Alert } from '../../../core/contract/monitoring.ts'
import type { ValueOf } from '../../api.ts'
import { useData } from '../../data.ts'
import type { AnyFrame } from '../../live.ts'
import { Section } from '../../parts/page.tsx'
import { useWords, type Words } from '../../words/words.tsx'

/** What is wrong now, with the way to where something can be done about it. Nothing where all is well. */
export function Alerts() {
  const words = useWords()
  const { value } = useData('listAlerts', { topics: ['alert.changed'], patch: withAlert })
  const alerts = value?.alerts ?? []
  return (
    <div aria-live="polite">
      {alerts.length > 0 && (
        <Section title={words.say('alerts')}>
          <ul className="notices">
            {alerts.map(alert => (
              <li key={alert.id} data-tone={alert.severity === 'critical' ? 'bad' : 'busy'}>
                <p>
                  {words.say(`alert-${alert.kind}`, { subject: alert.subject ?? '–' })}{' '}
                  <span className="muted">
                    {[measured(alert, words), words.say('since', { time: words.time(alert.raisedAt) })]
                      .filter(text => text !== null)
                      .join(' · ')}
                  </span>
                </p>
                {alert.place !== 'home' && (
                  <a href={`#${alert.place}`}>
                    {words.say('openScreen', { screen: words.say(alert.place) })}
                  </a>
                )}
              </li>
            ))}
          </ul>
        </Section>
      )}
    </div>
  )
}

/** What an alert's change makes of the list. Pure. */
export function withAlert(value: ValueOf<'listAlerts'>, frame: AnyFrame): ValueOf<'listAlerts'> {
  if (frame.topic !== 'alert.changed') return value
  const { data } = frame
  const others = value.alerts.filter(({ id }) => id !== data.id)
  return { alerts: data.clearedAt === null ? [data, ...others] : others }
}

/** What was measured, in words; null where the kind says it all. */
function measured({ kind, value }: Alert, words: Words): string | null {
  if (value === null) return null
  switch (kind) {
    case 'memory':
      return words.percent(value)
    case 'thermal':
      return words.degrees(value)
    case 'disk':
      return words.bytes(value)
    case 'keyUnused':
      return words.say('inDays', { count: Math.floor(value) })
    case 'keyAbused':
      return words.say('callsCount', { count: value })
    default:
      return null
  }
}
