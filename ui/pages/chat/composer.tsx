import Button from 'antd/es/button'
import TextArea from 'antd/es/input/TextArea'
import { type KeyboardEvent, useState } from 'react'
import { Icon } from '../../parts/icon.tsx'
import { useWords } from '../../words/words.tsx'

interface ComposerProps {
  readonly busy: boolean
  readonly disabled: boolean
  readonly send: (question: string) => void
  readonly stop: () => void
}

/** Where a question is written. Enter sends, Shift and Enter begin a line, Escape stops the answer. */
export function Composer({ busy, disabled, send, stop }: ComposerProps) {
  const words = useWords()
  const [text, setText] = useState('')
  const go = () => {
    if (busy || disabled || text.trim() === '') return
    send(text.trim())
    setText('')
  }
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && busy) stop()
    // While an input method composes a word, Enter chooses it.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    go()
  }
  return (
    <div className="composer">
      <TextArea
        aria-label={words.say('question')}
        placeholder={words.say('questionHint')}
        value={text}
        autoFocus
        rows={1}
        onChange={event => setText(event.target.value)}
        onKeyDown={press}
      />
      {busy ? (
        <Button onClick={stop} icon={<Icon name="stop" />}>
          {words.say('stop')}
        </Button>
      ) : (
        <Button
          type="primary"
          disabled={disabled || text.trim() === ''}
          onClick={go}
          icon={<Icon name="send" />}
        >
          {words.say('send')}
        </Button>
      )}
    </div>
  )
}
