import Button from 'antd/es/button'
import TextArea from 'antd/es/input/TextArea'
import InputNumber from 'antd/es/input-number'
import { useWords } from '../../words/words.tsx'
import type { Wishes } from './use-conversation.ts'

type Value = Omit<Wishes, 'model'>

/** How the next answers are made. Empty fields leave it to the model. */
export function Options({
  value,
  onChange,
  close,
}: {
  value: Value
  onChange: (value: Value) => void
  close: () => void
}) {
  const words = useWords()
  return (
    <aside
      className="inspector"
      aria-label={words.say('options')}
      onKeyDown={event => event.key === 'Escape' && close()}
    >
      <div className="section-head">
        <h2>{words.say('options')}</h2>
        <Button size="small" onClick={close}>
          {words.say('close')}
        </Button>
      </div>
      <label className="field">
        <span>{words.say('systemPrompt')}</span>
        <TextArea
          autoFocus
          value={value.system}
          rows={4}
          onChange={event => onChange({ ...value, system: event.target.value })}
        />
      </label>
      <label className="field">
        <span>{words.say('temperature')}</span>
        <InputNumber
          min={0}
          max={2}
          step={0.1}
          value={value.temperature}
          onChange={temperature => onChange({ ...value, temperature })}
        />
        <small className="muted">{words.say('temperatureHelp')}</small>
      </label>
      <label className="field">
        <span>{words.say('maxTokens')}</span>
        <InputNumber
          min={1}
          precision={0}
          value={value.maxTokens}
          onChange={maxTokens => onChange({ ...value, maxTokens })}
        />
        <small className="muted">{words.say('maxTokensHelp')}</small>
      </label>
    </aside>
  )
}
