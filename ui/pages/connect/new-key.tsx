import Button from 'antd/es/button'
import Input from 'antd/es/input/Input'
import { type FormEvent, useState } from 'react'
import type { Failure } from '../../api.ts'
import { useCore } from '../../core.ts'
import { FailureNote } from '../../parts/page.tsx'
import { Select } from '../../parts/select.tsx'
import { useWords } from '../../words/words.tsx'

const lifetimes = [null, 7, 30, 365]

/** Makes a key. `made` gets it: nobody sees it a second time. */
export function NewKey({ made }: { made: (key: string) => void }) {
  const words = useWords()
  const { api } = useCore()
  const [name, setName] = useState('')
  const [scope, setScope] = useState('inference')
  const [days, setDays] = useState('')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const create = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    const outcome = await api.call('createKey', {
      body: {
        name,
        scopes: scope === 'admin' ? ['inference', 'admin'] : ['inference'],
        expiresInDays: days === '' ? null : Number(days),
      },
    })
    setBusy(false)
    setFailure(outcome.ok ? null : outcome.failure)
    if (!outcome.ok) return
    setName('')
    made(outcome.value.key)
  }
  return (
    <form className="line" onSubmit={event => void create(event)}>
      <label className="field grow">
        <span className="muted">{words.say('keyName')}</span>
        <Input value={name} maxLength={100} onChange={event => setName(event.target.value)} />
      </label>
      <Select label={words.say('mayDo')} value={scope} onChange={setScope}>
        <option value="inference">{words.say('scope-inference')}</option>
        <option value="admin">{words.say('scope-admin')}</option>
      </Select>
      <Select label={words.say('expires')} value={days} onChange={setDays}>
        {lifetimes.map(lifetime => (
          <option key={lifetime} value={lifetime ?? ''}>
            {lifetime === null ? words.say('never') : words.say('days', { count: lifetime })}
          </option>
        ))}
      </Select>
      <Button type="primary" htmlType="submit" loading={busy} disabled={name.trim() === ''}>
        {words.say('createKey')}
      </Button>
      {failure && <FailureNote failure={failure} />}
    </form>
  )
}
