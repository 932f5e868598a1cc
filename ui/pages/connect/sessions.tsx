import { useState } from 'react'
import type { Failure } from '../../api.ts'
import { useCore } from '../../core.ts'
import { useData } from '../../data.ts'
import { browserName } from '../../parts/client-name.ts'
import { FailureNote, Loading, Section } from '../../parts/page.tsx'
import { useWords } from '../../words/words.tsx'
import { Revoke } from './revoke.tsx'

/** The browsers that are signed in, this one among them. */
export function Sessions() {
  const words = useWords()
  const { api } = useCore()
  const sessions = useData('listSessions', { topics: ['audit.recorded'] })
  const [failure, setFailure] = useState<Failure | null>(null)
  const revoke = async (id: string) => {
    const outcome = await api.call('revokeSession', { params: { id } })
    setFailure(outcome.ok ? null : outcome.failure)
    sessions.refresh()
  }
  return (
    <Section title={words.say('sessions')} note={words.say('sessionsNote')}>
      {failure && <FailureNote failure={failure} />}
      {sessions.failure && <FailureNote failure={sessions.failure} retry={sessions.refresh} />}
      {sessions.value === undefined && !sessions.failure && <Loading />}
      {sessions.value && (
        <table className="rows">
          <thead>
            <tr>
              <th scope="col">{words.say('browser')}</th>
              <th scope="col">{words.say('lastUsed')}</th>
              <th scope="col">{words.say('expires')}</th>
              <th scope="col">
                <span className="hidden-label">{words.say('actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {sessions.value.sessions.map(session => (
              <tr key={session.id}>
                <td className="name">
                  {browserName(session.client)}{' '}
                  {session.isThisOne && <span className="badge">{words.say('thisBrowser')}</span>}
                </td>
                <td>{words.time(session.lastUsedAt)}</td>
                <td>{words.date(session.expiresAt)}</td>
                <td className="does">
                  <Revoke what={browserName(session.client)} act={() => revoke(session.id)} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  )
}
