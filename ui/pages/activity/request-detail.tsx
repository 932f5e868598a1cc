import { useData } from '../../data.ts'
import { causeText } from '../../parts/cause.ts'
import { Inspector } from '../../parts/inspector.tsx'
import { FailureNote, Loading } from '../../parts/page.tsx'
import { useWords } from '../../words/words.tsx'

/** One request: what took the time, and why not more of its prompt was reused. */
export function RequestDetail({ id, close }: { id: string; close: () => void }) {
  const words = useWords()
  const { value, failure, refresh } = useData('getRequest', {
    params: { id },
    topics: ['request.finished'],
  })
  const isForgotten = failure?.code === 'not_found'
  const shown = value?.id === id ? value : undefined
  return (
    <Inspector title={words.say('requestDetail')} close={close}>
      {isForgotten && <p className="muted">{words.say('requestForgotten')}</p>}
      {failure && !isForgotten && <FailureNote failure={failure} retry={refresh} />}
      {shown === undefined && !failure && <Loading />}
      {shown && !failure && (
        <>
          <p className="name">{shown.model}</p>
          <p className="muted">
            {shown.route} · {words.time(shown.startedAt)} · {words.duration(shown.milliseconds)}
          </p>
          {shown.client && <p className="muted">{shown.client}</p>}
          {shown.cache?.cause && (
            <p className="cause">{words.say('notReused', { cause: causeText(shown.cache.cause, words) })}</p>
          )}
          <h3>{words.say('explanation')}</h3>
          {/* The core's own words, in English as all of them. */}
          <p className="explanation" lang="en">
            {shown.explanation}
          </p>
        </>
      )}
    </Inspector>
  )
}
