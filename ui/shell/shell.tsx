import { Suspense, useEffect, useRef } from 'react'
import { useChoices } from '../choices.ts'
import { useCore, useLiveState } from '../core.ts'
import { ErrorBoundary } from '../parts/error-boundary.tsx'
import { Icon } from '../parts/icon.tsx'
import { Empty, Loading } from '../parts/page.tsx'
import { screens } from '../screens.ts'
import { useWords } from '../words/words.tsx'
import { useScreen, useScreenKeys } from './route.ts'
import { StatusPill } from './status-pill.tsx'

const isMac = /Mac/.test(navigator.platform)

/** Sidebar or bottom tabs, and the screen beside. Only the screen's content scrolls. */
export function Shell() {
  const words = useWords()
  const screen = useScreen()
  useScreenKeys()
  const { choices, live } = useCore()
  const narrow = useChoices(choices).sidebar === 'narrow'
  const state = useLiveState(live)
  const main = useRef<HTMLElement>(null)
  const first = useRef(true)
  const title = words.say(screen.name)

  useEffect(() => {
    document.title = `${title} · Impetus`
  }, [title])
  // Readers of the screen go on where the new one begins; not at the start, where the browser's own place is best.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the screen's change is what this waits for
  useEffect(() => {
    // A screen may have taken the focus to where it is wanted.
    const inside = main.current?.contains(document.activeElement)
    if (!first.current && !inside) main.current?.focus({ preventScroll: true })
    first.current = false
  }, [screen])

  return (
    <div className={narrow ? 'shell narrow' : 'shell'}>
      <button type="button" className="skip" onClick={() => main.current?.focus()}>
        {words.say('skipToContent')}
      </button>
      <div className="sidebar">
        <StatusPill />
        <nav aria-label={words.say('screens')}>
          {screens.map(({ name, key }) => (
            <a
              key={name}
              href={`#${name}`}
              aria-current={name === screen.name ? 'page' : undefined}
              aria-keyshortcuts={`${isMac ? 'Meta' : 'Control'}+${key}`}
              title={`${words.say(name)} (${isMac ? '⌘' : 'Ctrl '}${key})`}
            >
              <Icon name={name} />
              <span className="label">{words.say(name)}</span>
            </a>
          ))}
        </nav>
        <button
          type="button"
          className="collapse"
          aria-expanded={!narrow}
          aria-label={words.say('sidebar')}
          title={words.say('sidebar')}
          onClick={() => choices.set({ sidebar: narrow ? 'wide' : 'narrow' })}
        >
          <Icon name="collapse" />
        </button>
      </div>
      <main id="main" ref={main} tabIndex={-1} data-away={state === 'gone'}>
        {state === 'gone' && (
          <div className="banner" role="alert">
            <p>
              <strong>{words.say('coreGoneTitle')}</strong> {words.say('coreGone')}
            </p>
            <button type="button" className="plain" onClick={live.connectNow}>
              {words.say('tryAgain')}
            </button>
          </div>
        )}
        <ErrorBoundary
          place={screen.name}
          fallback={again => (
            <Empty
              action={
                <button type="button" className="plain" onClick={again}>
                  {words.say('tryAgain')}
                </button>
              }
            >
              {words.say('screenFailed')}
            </Empty>
          )}
        >
          <Suspense fallback={<Loading />}>
            <screen.page />
          </Suspense>
        </ErrorBoundary>
      </main>
    </div>
  )
}
