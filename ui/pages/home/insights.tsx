import { memo } from 'react'
import type { Insight } from '../../../core/contract/monitoring.ts'
import { useData } from '../../data.ts'
import { causeText } from '../../parts/cause.ts'
import { browserName } from '../../parts/client-name.ts'
import { Section } from '../../parts/page.tsx'
import { useWords, type Words } from '../../words/words.tsx'

const mostShown = 3

/** What the history tells that something can be done about, each with its evidence. Nothing where there is none. */
export const Insights = memo(function Insights() {
  const words = useWords()
  const { value } = useData('listInsights', { topics: ['insights.changed'] })
  const shown = value?.insights.slice(0, mostShown) ?? []
  if (shown.length === 0) return null
  return (
    <Section title={words.say('insights')}>
      <ul className="notices">
        {shown.map(insight => (
          <li key={JSON.stringify(insight)}>
            <p>
              {statement(insight, words)} <span className="muted">{evidence(insight, words)}</span>
            </p>
            {insight.kind === 'cacheLost' ? (
              <a href="#activity">{words.say('showRequests')}</a>
            ) : (
              <a href="#activity/trends">{words.say('showTrends')}</a>
            )}
          </li>
        ))}
      </ul>
    </Section>
  )
})

function statement(insight: Insight, words: Words): string {
  switch (insight.kind) {
    case 'slower':
      return words.say('insight-slower', {
        model: insight.model,
        now: words.number(insight.now, 1),
        before: words.number(insight.before, 1),
      })
    case 'evicted':
      return words.say('insight-evicted', { model: insight.model, by: insight.by })
    default:
      return words.say('insight-cacheLost', {
        client: browserName(insight.client),
        cause: causeText(insight.cause, words),
      })
  }
}

function evidence(insight: Insight, words: Words): string {
  switch (insight.kind) {
    case 'slower':
      return words.say('evidence-slower', {
        time: words.time(insight.since),
        after: insight.requestsSince,
        earlier: insight.requestsBefore,
      })
    case 'evicted': {
      const times = words.say('evidence-evicted', {
        times: insight.count,
        from: words.time(insight.from),
        to: words.time(insight.to),
      })
      if (insight.client === null) return times
      return `${times} ${words.say('evidence-client', { client: browserName(insight.client) })}`
    }
    default: {
      const { count, of, tokens, from, milliseconds } = insight
      const lost = words.say('evidence-cacheLost', { times: count, of, tokens, from: words.time(from) })
      if (milliseconds === null) return lost
      return `${lost} ${words.say('evidence-cost', { time: words.duration(milliseconds) })}`
    }
  }
}
