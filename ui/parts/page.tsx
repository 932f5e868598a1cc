import type { ReactNode } from 'react'
import type { Failure } from '../api.ts'
import { useWords } from '../words/words.tsx'

/** A screen's frame: its title, what can be done on all of it, and its content, which scrolls. */
export function Page({
  title,
  actions,
  children,
}: {
  title: string
  actions?: ReactNode
  children: ReactNode
}) {
  return (
    <>
      <header className="page-head">
        <h1>{title}</h1>
        <div className="actions">{actions}</div>
      </header>
      <div className="page-body">{children}</div>
    </>
  )
}

export function Section({
  title,
  note,
  actions,
  children,
}: {
  title: string
  note?: ReactNode
  actions?: ReactNode
  children: ReactNode
}) {
  return (
    <section className="section">
      <div className="section-head">
        <h2>{title}</h2>
        <div className="actions">{actions}</div>
      </div>
      {note === undefined ? null : <p className="muted">{note}</p>}
      {children}
    </section>
  )
}

/** What stands where nothing is yet, with the way out of it. */
export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <p>{children}</p>
      {action}
    </div>
  )
}

/** The first look is under way. */
export function Loading() {
  const words = useWords()
  return (
    <p className="muted" role="status">
      {words.say('loading')}
    </p>
  )
}

/** The reason in words, which say the next step, and another try where that can help. */
export function FailureNote({ failure, retry }: { failure: Failure; retry?: (() => void) | undefined }) {
  const words = useWords()
  return (
    <div className="failure" role="alert">
      <p>{failureText(failure, words)}</p>
      {retry && (
        <button type="button" className="plain" onClick={retry}>
          {words.say('tryAgain')}
        </button>
      )}
    </div>
  )
}

export function failureText(failure: Failure, words: ReturnType<typeof useWords>): string {
  return failure.code === 'core_gone' ? words.say('coreGone') : failure.message
}
