import type { Failure } from '../api.ts'
import { failureText } from '../parts/page.tsx'
import { useWords } from '../words/words.tsx'

/** For a browser without a session: what to do to get one. */
export function SignedOut({ failure }: { failure: Failure | null }) {
  const words = useWords()
  return (
    <main className="alone">
      <h1>{words.say('signInTitle')}</h1>
      {failure === null ? null : (
        <div className="failure" role="alert">
          <p>{failureText(failure, words)}</p>
        </div>
      )}
      <p>{words.say('signInWhy')}</p>
      <p>{words.say('signInHow')}</p>
      <pre>
        <code>impetus open</code>
      </pre>
      <p className="muted">{words.say('signInClone')}</p>
      <pre>
        <code>npm run impetus -- open</code>
      </pre>
    </main>
  )
}

/** The core did not answer the first question: the page itself came from somewhere, so it may be back soon. */
export function Unreachable({ retry }: { retry: () => void }) {
  const words = useWords()
  return (
    <main className="alone">
      <h1>{words.say('coreGoneTitle')}</h1>
      <p role="alert">{words.say('coreGone')}</p>
      <button type="button" className="plain" onClick={retry}>
        {words.say('tryAgain')}
      </button>
    </main>
  )
}
