import Input from 'antd/es/input/Input'
import { useState, useSyncExternalStore } from 'react'
import { useCore } from '../../core.ts'
import { browserName } from '../../parts/client-name.ts'
import { Empty, Page, Section } from '../../parts/page.tsx'
import { Select } from '../../parts/select.tsx'
import { type RequestRow, type Row, speedOf } from '../../requests.ts'
import { useWords, type Words } from '../../words/words.tsx'
import { chosenRows, type Outcome, outcomes } from './rows.ts'

export default function Activity() {
  const words = useWords()
  const { requests } = useCore()
  const rows = useSyncExternalStore(requests.watch, requests.get)
  const [outcome, setOutcome] = useState<Outcome>('all')
  const [text, setText] = useState('')
  const shown = chosenRows(rows, outcome, text)
  return (
    <Page
      title={words.say('activity')}
      actions={
        <>
          <label className="field">
            <span className="hidden-label">{words.say('filter')}</span>
            <Input
              value={text}
              placeholder={words.say('filter')}
              onChange={event => setText(event.target.value)}
            />
          </label>
          <Select
            label={words.say('outcome')}
            hideLabel
            value={outcome}
            onChange={value => setOutcome(value as Outcome)}
          >
            {outcomes.map(name => (
              <option key={name} value={name}>
                {words.say(`outcome-${name}`)}
              </option>
            ))}
          </Select>
        </>
      }
    >
      <Section title={words.say('requests')} note={words.say('requestsNote')}>
        {rows.length === 0 && (
          <Empty action={<a href="#chat">{words.say('stepChat')}</a>}>{words.say('noRequests')}</Empty>
        )}
        {rows.length > 0 && shown.length === 0 && <Empty>{words.say('nothingFound')}</Empty>}
        {shown.length > 0 && <Requests rows={shown} />}
      </Section>
    </Page>
  )
}

function Requests({ rows }: { rows: readonly Row[] }) {
  const words = useWords()
  return (
    <table className="rows">
      <thead>
        <tr>
          <th scope="col">{words.say('time')}</th>
          <th scope="col">{words.say('model')}</th>
          <th scope="col">{words.say('outcome')}</th>
          <th scope="col" className="figure">
            {words.say('promptTokens')}
          </th>
          <th scope="col" className="figure">
            {words.say('answerTokens')}
          </th>
          <th scope="col" className="figure">
            {words.say('firstTokenShort')}
          </th>
          <th scope="col" className="figure">
            {words.say('speed')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map(row =>
          'gap' in row ? (
            <tr key={row.id} className="gap">
              <td colSpan={7}>{words.say('gapLine')}</td>
            </tr>
          ) : (
            <Request key={row.id} row={row} words={words} />
          ),
        )}
      </tbody>
    </table>
  )
}

function Request({ row, words }: { row: RequestRow; words: Words }) {
  const { end } = row
  const outcome = end?.outcome ?? 'running'
  const tone =
    outcome === 'failed' ? 'bad' : outcome === 'running' ? 'busy' : outcome === 'finished' ? 'good' : 'none'
  return (
    <tr>
      <td>{words.time(row.startedAt ?? row.finishedAt)}</td>
      <td className="name">
        {row.model}
        <div className="muted">
          {row.route} {row.client && `· ${browserName(row.client)}`}
        </div>
      </td>
      <td>
        <span className="badge" data-tone={tone}>
          {words.say(`outcome-${outcome}`)}
        </span>{' '}
        {end?.code && <code>{end.code}</code>}
      </td>
      <td className="figure" data-label={words.say('promptTokens')}>
        {words.number(end?.promptTokens)}
        {end !== null && end.cachedTokens > 0 && (
          <div className="muted">{words.say('cachedTokens', { count: end.cachedTokens })}</div>
        )}
      </td>
      <td className="figure" data-label={words.say('answerTokens')}>
        {words.number(end?.completionTokens)}
      </td>
      <td className="figure minor">{words.duration(end?.firstTokenMilliseconds)}</td>
      <td className="figure minor">{words.number(speedOf(end), 1)}</td>
    </tr>
  )
}
