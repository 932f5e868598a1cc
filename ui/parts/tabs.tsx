import type { Key } from '../words/languages.ts'
import { useWords } from '../words/words.tsx'
import './tabs.css'

interface TabsProps<T extends Key> {
  /** In the address before the slash. */
  readonly screen: string
  readonly tabs: readonly T[]
  readonly current: T
}

/** The parts of a screen, each with an address of its own; its name is its text's key. */
export function Tabs<T extends Key>({ screen, tabs, current }: TabsProps<T>) {
  const words = useWords()
  return (
    <nav className="tabs" aria-label={words.say('views')}>
      {tabs.map(tab => (
        <a key={tab} href={`#${screen}/${tab}`} aria-current={tab === current ? 'page' : undefined}>
          {words.say(tab)}
        </a>
      ))}
    </nav>
  )
}
