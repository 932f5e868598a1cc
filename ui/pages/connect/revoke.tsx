import Button from 'antd/es/button'
import { useState } from 'react'
import { useWords } from '../../words/words.tsx'

/** Ends something for good, when it is asked for twice. */
export function Revoke({ what, act }: { what: string; act: () => Promise<void> }) {
  const words = useWords()
  const [asked, setAsked] = useState(false)
  if (!asked) {
    return (
      <Button size="small" aria-label={`${words.say('revoke')}: ${what}`} onClick={() => setAsked(true)}>
        {words.say('revoke')}
      </Button>
    )
  }
  return (
    <span className="actions">
      <Button
        size="small"
        danger
        autoFocus
        aria-label={`${words.say('revokeSure')}: ${what}`}
        onClick={() => void act()}
      >
        {words.say('revokeSure')}
      </Button>
      <Button size="small" onClick={() => setAsked(false)}>
        {words.say('cancel')}
      </Button>
    </span>
  )
}
