import Button from 'antd/es/button'
import { useWords } from '../words/words.tsx'
import { useCopy } from './copy.ts'
import { Icon } from './icon.tsx'

/** Copies a text and says so, to the eye and to the ear. `label`: what is copied. */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const words = useWords()
  const { copied, copy } = useCopy(text)
  return (
    <Button
      size="small"
      type="text"
      onClick={copy}
      aria-label={`${words.say('copy')}: ${label}`}
      icon={<Icon name="copy" />}
    >
      <span aria-live="polite">{copied ? words.say('copied') : words.say('copy')}</span>
    </Button>
  )
}
