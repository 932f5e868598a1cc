import Button from 'antd/es/button'
import Input from 'antd/es/input/Input'
import { type FormEvent, useRef, useState } from 'react'
import type { HubModelSummary } from '../../../core/contract/hub.ts'
import type { Failure } from '../../api.ts'
import { useCore } from '../../core.ts'
import { Empty, FailureNote, Loading, Section } from '../../parts/page.tsx'
import { Select } from '../../parts/select.tsx'
import type { Key } from '../../words/languages.ts'
import { useWords } from '../../words/words.tsx'
import { HubFiles } from './hub-files.tsx'
import './models.css'

const sorts = ['trending', 'downloads', 'likes', 'updated'] as const

type Found =
  | { readonly kind: 'nothing' | 'searching' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'found'; readonly models: readonly HubModelSummary[] }

/** Searches the hub, only when asked to: nothing leaves this machine before. */
export function Discover() {
  const words = useWords()
  const { api } = useCore()
  const [text, setText] = useState('')
  const [sort, setSort] = useState<string>(sorts[0])
  const [found, setFound] = useState<Found>({ kind: 'nothing' })
  const [open, setOpen] = useState<string | null>(null)
  const running = useRef<AbortController>(undefined)
  const search = async (event?: FormEvent) => {
    event?.preventDefault()
    running.current?.abort()
    const abort = new AbortController()
    running.current = abort
    setFound({ kind: 'searching' })
    const outcome = await api.call('searchHub', { query: { text, sort, limit: 20 }, signal: abort.signal })
    if (abort.signal.aborted) return
    setFound(
      outcome.ok
        ? { kind: 'found', models: outcome.value.models }
        : { kind: 'failed', failure: outcome.failure },
    )
  }
  return (
    <Section title={words.say('discover')} note={words.say('discoverNote')}>
      <search>
        <form className="line" onSubmit={event => void search(event)}>
          <label className="field grow">
            <span className="muted">{words.say('searchText')}</span>
            <Input value={text} maxLength={200} onChange={event => setText(event.target.value)} />
          </label>
          <Select label={words.say('sort')} value={sort} onChange={setSort}>
            {sorts.map(name => (
              <option key={name} value={name}>
                {words.say(`sort-${name}` satisfies Key)}
              </option>
            ))}
          </Select>
          <Button type="primary" htmlType="submit" loading={found.kind === 'searching'}>
            {words.say('search')}
          </Button>
        </form>
      </search>
      {found.kind === 'searching' && <Loading />}
      {found.kind === 'failed' && <FailureNote failure={found.failure} retry={() => void search()} />}
      {found.kind === 'found' && found.models.length === 0 && <Empty>{words.say('nothingFound')}</Empty>}
      {found.kind === 'found' && found.models.length > 0 && (
        <ul className="hub">
          {found.models.map(model => (
            <li key={model.id}>
              <button
                type="button"
                className="hub-model"
                aria-expanded={open === model.id}
                onClick={() => setOpen(open === model.id ? null : model.id)}
              >
                <strong>{model.id}</strong>
                <span className="muted">{describe(model, words)}</span>
              </button>
              {open === model.id && <HubFiles id={model.id} />}
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}

function describe(model: HubModelSummary, words: ReturnType<typeof useWords>): string {
  return [
    ...(model.parameters === null
      ? []
      : [words.say('billions', { number: words.number(model.parameters / 1e9, 1) })]),
    words.say('downloadsCount', { count: model.downloads }),
    ...(model.gated ? [words.say('gated')] : []),
  ].join(' · ')
}
