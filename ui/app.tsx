import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Api } from './api.ts'
import { type ChoiceStore, useChoices } from './choices.ts'
import { CoreContext } from './core.ts'
import { Live } from './live.ts'
import { RequestLog } from './requests.ts'
import { openSession, type Session, takeCode } from './session.ts'
import { Shell } from './shell/shell.tsx'
import { SignedOut, Unreachable } from './shell/signed-out.tsx'
import { Theme } from './theme.tsx'
import { WordsProvider } from './words/words.tsx'

interface AppProps {
  readonly api: Api
  readonly choices: ChoiceStore
  /** Of the sign-in link that opened the page. */
  readonly code: string | null
}

export function App({ api, choices, code }: AppProps) {
  const { theme, language } = useChoices(choices)
  const [session, setSession] = useState<Session>()
  const open = useCallback(
    (code: string | null) => {
      openSession(api, code).then(setSession, (error: unknown) => {
        throw error
      })
    },
    [api],
  )
  // A code is good once: React's double start in development must not spend it twice.
  const unspent = useRef(code)
  useEffect(() => {
    open(unspent.current)
    unspent.current = null
    const look = () => {
      const code = takeCode()
      if (code !== null) open(code)
    }
    addEventListener('hashchange', look)
    return () => removeEventListener('hashchange', look)
  }, [open])

  return (
    <WordsProvider choice={language}>
      <Theme choice={theme}>
        {session?.kind === 'in' && <SignedIn api={api} choices={choices} ended={setSession} />}
        {session?.kind === 'out' && <SignedOut failure={session.failure} />}
        {session?.kind === 'gone' && <Unreachable retry={() => open(null)} />}
      </Theme>
    </WordsProvider>
  )
}

function SignedIn({ api, choices, ended }: Omit<AppProps, 'code'> & { ended: (session: Session) => void }) {
  const core = useMemo(() => ({ api, choices, live: new Live(), requests: new RequestLog() }), [api, choices])
  useEffect(() => {
    const { live, requests } = core
    requests.start(live)
    live.start()
    // A browser does not tell why a socket was refused. Whether the session has ended, the core says.
    const stopWatching = live.watch(() => {
      if (live.state === 'open' || live.state === 'connecting') return
      void openSession(api, null).then(session => session.kind === 'out' && ended(session))
    })
    return () => {
      stopWatching()
      live.stop()
      requests.stop()
    }
  }, [core, api, ended])
  return (
    <CoreContext value={core}>
      <Shell />
    </CoreContext>
  )
}
