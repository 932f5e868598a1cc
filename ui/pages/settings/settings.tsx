import Input from 'antd/es/input/Input'
import { useState } from 'react'
import { useData } from '../../data.ts'
import { Empty, FailureNote, Loading, Page, Section } from '../../parts/page.tsx'
import { useWords } from '../../words/words.tsx'
import { Appearance } from './appearance.tsx'
import { FieldRow } from './field-row.tsx'
import { groupsOf, type Schema, search } from './form.ts'
import './settings.css'
import { useChanges } from './use-changes.ts'

export default function Settings() {
  const words = useWords()
  const schema = useData('getSettingsSchema')
  const settings = useData('getSettings', { topics: ['settings.changed'] })
  const [text, setText] = useState('')
  const { change, changed, problems, undo, undone } = useChanges(settings.put)
  const failed = [schema, settings].find(({ failure }) => failure)
  const groups = schema.value ? search(groupsOf(schema.value as Schema), text) : []
  return (
    <Page
      title={words.say('settings')}
      actions={
        <label className="field">
          <span className="hidden-label">{words.say('searchSettings')}</span>
          <Input
            type="search"
            value={text}
            placeholder={words.say('searchSettings')}
            onChange={event => setText(event.target.value)}
          />
        </label>
      }
    >
      <div className="undo" role="status">
        {changed && (
          <>
            <span>{words.say('settingChanged', { title: changed.field.title })}</span>
            <button type="button" className="plain" onClick={() => void undo()}>
              {words.say('undo')}
            </button>
          </>
        )}
      </div>
      {text === '' && <Appearance />}
      {failed?.failure && <FailureNote failure={failed.failure} retry={failed.refresh} />}
      {!failed && !(schema.value && settings.value) && <Loading />}
      {settings.value?.warnings.map(warning => (
        <div key={warning} className="failure" role="alert">
          <p>{warning}</p>
        </div>
      ))}
      {schema.value && groups.length === 0 && <Empty>{words.say('nothingFound')}</Empty>}
      {settings.value &&
        groups.map(({ name, title, fields }) => (
          <Section key={name} title={title}>
            {fields.map(field => (
              <FieldRow
                key={`${field.key} ${undone}`}
                field={field}
                answer={settings.value as NonNullable<typeof settings.value>}
                problem={problems[field.key]}
                change={change}
              />
            ))}
          </Section>
        ))}
    </Page>
  )
}
