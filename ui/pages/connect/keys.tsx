import { useState } from 'react'
import type { Failure } from '../../api.ts'
import { useCore } from '../../core.ts'
import { useData } from '../../data.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Empty, FailureNote, Loading, Section } from '../../parts/page.tsx'
import { useWords } from '../../words/words.tsx'
import { NewKey } from './new-key.tsx'
import { Revoke } from './revoke.tsx'

export function Keys() {
  const words = useWords()
  const { api } = useCore()
  const keys = useData('listKeys', { topics: ['audit.recorded'] })
  const [shown, setShown] = useState<string | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const revoke = async (id: string) => {
    const outcome = await api.call('revokeKey', { params: { id } })
    setFailure(outcome.ok ? null : outcome.failure)
    keys.refresh()
  }
  const made = (key: string) => {
    setShown(key)
    keys.refresh()
  }
  const list = keys.value?.keys
  return (
    <Section title={words.say('keys')} note={words.say('keysNote')}>
      <NewKey made={made} />
      {shown !== null && (
        <div className="fresh-key" role="status">
          <p>{words.say('keyOnce')}</p>
          <div className="copyable">
            <pre>
              <code>{shown}</code>
            </pre>
            <CopyButton text={shown} label={words.say('key')} />
          </div>
          <button type="button" className="plain" onClick={() => setShown(null)}>
            {words.say('keyKept')}
          </button>
        </div>
      )}
      {failure && <FailureNote failure={failure} />}
      {keys.failure && <FailureNote failure={keys.failure} retry={keys.refresh} />}
      {list === undefined && !keys.failure && <Loading />}
      {list?.length === 0 && <Empty>{words.say('noKeys')}</Empty>}
      {list && list.length > 0 && (
        <table className="rows">
          <thead>
            <tr>
              <th scope="col">{words.say('name')}</th>
              <th scope="col">{words.say('mayDo')}</th>
              <th scope="col">{words.say('expires')}</th>
              <th scope="col">{words.say('lastUsed')}</th>
              <th scope="col">
                <span className="hidden-label">{words.say('actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {list.map(key => (
              <tr key={key.id}>
                <td className="name">
                  {key.name} <code className="muted">{key.preview}…</code>
                </td>
                <td>{words.say(key.scopes.includes('admin') ? 'scope-admin' : 'scope-inference')}</td>
                <td>{key.expiresAt === null ? words.say('never') : words.date(key.expiresAt)}</td>
                <td>{key.lastUsedAt === null ? words.say('notUsed') : words.time(key.lastUsedAt)}</td>
                <td className="does">
                  <Revoke what={key.name} act={() => revoke(key.id)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  )
}
