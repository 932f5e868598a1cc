import Input from 'antd/es/input/Input'
import { useState, useSyncExternalStore } from 'react'
import { useCore } from '../../core.ts'
import { browserName } from '../../parts/client-name.ts'
import { Empty, Section } from '../../parts/page.tsx'
import { Select } from '../../parts/select.tsx'
import { type RequestRow, type Row, speedOf } from '../../requests.ts'
import { useWords, type Words } from '../../words/words.tsx'
import { RequestDetail } from './request-detail.tsx'
import { chosenRows, type Outcome, outcomes } from './rows.ts'

/** What was asked in this run of the core, and why it took as long as it did. */
export function Requests() {
  const words = useWords()
  const { requests } = useCore()
  const rows = useSyncExternalStore(requests.watch, requests.get)
  const [outcome, setOutcome] = useState<Outcome>('all')
  const [text, setText] = useState('')
  const [open, setOpen] = useState<string | null>(null)
  const shown = chosenRows(rows, outcome, text)
  return (
    <>
      <Section
        title={words.say('requests')}
        note={words.say('requestsNote')}
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
        {rows.length === 0 && (
          <Empty action={<a href="#chat">{words.say('stepChat')}</a>}>{words.say('noRequests')}</Empty>
        )}
        {rows.length > 0 && shown.length === 0 && <Empty>{words.say('nothingFound')}</Empty>}
        {shown.length > 0 && <Table rows={shown} open={open} setOpen={setOpen} />}
      </Section>
      {open !== null && <RequestDetail id={open} close={() => setOpen(null)} />}
    </>
  )
}

interface TableProps {
  readonly rows: readonly Row[]
  readonly open: string | null
  readonly setOpen: (id: string) => void
}

function Table({ rows, open, setOpen }: TableProps) {
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
            <Request
              key={row.id}
              row={row}
              words={words}
              isOpen={row.id === open}
              show={() => setOpen(row.id)}
            />
          ),
        )}
      </tbody>
    </table>
  )
}

interface RequestProps {
  readonly row: RequestRow
  readonly words: Words
  readonly isOpen: boolean
  readonly show: () => void
}

function Request({ row, words, isOpen, show }: RequestProps) {
  const { end } = row
  const outcome = end?.outcome ?? 'running'
  const tone =
    outcome === 'failed' ? 'bad' : outcome === 'running' ? 'busy' : outcome === 'finished' ? 'good' : 'none'
  const time = words.time(row.startedAt ?? row.finishedAt)
  return (
    <tr data-open={isOpen}>
      <td>
        <button type="button" className="as-link" aria-expanded={isOpen} onClick={show}>
          {time}
        </button>
      </td>
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
