import { type ReactNode, useEffect, useRef } from 'react'
import { useWords } from '../words/words.tsx'
import './inspector.css'

interface InspectorProps {
  readonly title: string
  readonly close: () => void
  readonly children: ReactNode
}

/** Details of what was chosen, at the right; all of the screen where that is narrow. Esc closes it and gives the focus back. */
export function Inspector({ title, close, children }: InspectorProps) {
  const words = useWords()
  const head = useRef<HTMLHeadingElement>(null)
  const latest = useRef(close)
  latest.current = close
  useEffect(() => {
    const before = document.activeElement
    head.current?.focus()
    const press = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.defaultPrevented) latest.current()
    }
    addEventListener('keydown', press)
    return () => {
      removeEventListener('keydown', press)
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])
  return (
    <aside className="inspector" aria-label={title}>
      <div className="section-head">
        <h2 ref={head} tabIndex={-1}>
          {title}
        </h2>
        <button type="button" className="plain" onClick={close}>
          {words.say('close')}
        </button>
      </div>
      {children}
    </aside>
  )
}
