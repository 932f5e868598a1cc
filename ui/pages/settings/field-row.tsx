import Input from 'antd/es/input/Input'
import TextArea from 'antd/es/input/TextArea'
import Switch from 'antd/es/switch'
import { type KeyboardEvent, useId, useState } from 'react'
import type { SettingsAnswer } from '../../../core/contract/settings.ts'
import type { Failure } from '../../api.ts'
import { failureText } from '../../parts/page.tsx'
import { useWords } from '../../words/words.tsx'
import { type Field, parsed, valueAt } from './form.ts'

interface FieldRowProps {
  readonly field: Field
  readonly answer: SettingsAnswer
  readonly problem: Failure | undefined
  readonly change: (field: Field, value: unknown, before: unknown) => Promise<boolean>
}

/** One setting: its words, its value, and why the core did not take the latest one. */
export function FieldRow({ field, answer, problem, change }: FieldRowProps) {
  const words = useWords()
  const id = useId()
  const value = valueAt(answer.settings, field.key)
  const decidedBy = answer.overridden[field.key]
  const waits = answer.restartNeeded.includes(field.key)
  return (
    <div className="setting">
      <div className="setting-words">
        <label htmlFor={id}>{field.title}</label>
        {waits ? (
          <span className="badge" data-tone="busy">
            {words.say('afterRestart')}
          </span>
        ) : (
          field.restart && <span className="badge">{words.say('needsRestart')}</span>
        )}
        <p className="muted" id={`${id}-help`}>
          {field.help} {decidedBy !== undefined && words.say('decidedBy', { name: decidedBy })}
        </p>
        {problem && (
          <p className="problem" role="alert">
            {failureText(problem, words)}
          </p>
        )}
      </div>
      <Control
        id={id}
        field={field}
        value={value}
        disabled={decidedBy !== undefined}
        apply={wanted => change(field, wanted, value)}
      />
    </div>
  )
}

interface ControlProps {
  readonly id: string
  readonly field: Field
  readonly value: unknown
  readonly disabled: boolean
  readonly apply: (value: unknown) => Promise<boolean>
}

function Control({ id, field, value, disabled, apply }: ControlProps) {
  const { input } = field
  const described = { id, disabled, 'aria-describedby': `${id}-help` }
  if (input.kind === 'switch') {
    return <Switch {...described} checked={value === true} onChange={checked => void apply(checked)} />
  }
  if (input.kind === 'choice') {
    return (
      <select
        {...described}
        className="select"
        value={String(value ?? '')}
        onChange={event => void apply(event.target.value || null)}
      >
        {field.nullable && <option value="">–</option>}
        {input.choices.map(choice => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    )
  }
  return <Written {...{ id, field, value, disabled, apply }} />
}

/** A value that is written: applied when the field is left, or with Enter. Escape brings the old one back. */
function Written({ id, field, value, disabled, apply }: ControlProps) {
  const { input } = field
  const current = textOf(value)
  // Null while nothing is being written: the value in force is shown.
  const [draft, setDraft] = useState<string | null>(null)
  const commit = async () => {
    if (draft === null || draft === current) return
    const taken = await apply(parsed(field, draft))
    // What waits for a restart stays to be seen, and what was refused stays to be mended.
    if (taken && !field.restart) setDraft(null)
  }
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Escape') setDraft(null)
    if (event.key === 'Enter' && input.kind !== 'lines') void commit()
  }
  const shared = {
    id,
    disabled,
    value: draft ?? current,
    'aria-describedby': `${id}-help`,
    placeholder: field.nullable ? '–' : '',
    onBlur: () => void commit(),
    onKeyDown: press,
  }
  if (input.kind === 'lines')
    return <TextArea {...shared} rows={2} onChange={event => setDraft(event.target.value)} />
  return (
    <Input
      {...shared}
      inputMode={input.kind === 'number' ? 'decimal' : 'text'}
      onChange={event => setDraft(event.target.value)}
    />
  )
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.join('\n')
  return value === null || value === undefined ? '' : String(value)
}
