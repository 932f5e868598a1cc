import { useState } from 'react'
import { useData } from '../../data.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Section } from '../../parts/page.tsx'
import { Select } from '../../parts/select.tsx'
import { useWords } from '../../words/words.tsx'
import { type Client, clients, recipe } from './recipe.ts'

/** What to paste into a client, with the values of this server as they are now. */
export function Recipes() {
  const words = useWords()
  const models = useData('listModels', { topics: ['models.changed'] })
  const settings = useData('getSettings', { topics: ['settings.changed'] })
  const [client, setClient] = useState<Client>('curl')
  const usable = models.value?.data ?? []
  const model = usable.find(one => one.default)?.id ?? usable[0]?.id ?? 'MODEL'
  const needsKey = settings.value?.settings.server.requireKey ?? false
  const text = recipe(client, { address: location.origin, model, needsKey })
  return (
    <Section title={words.say('clients')} note={words.say(needsKey ? 'keyNeeded' : 'keyNotNeeded')}>
      <Select label={words.say('client')} value={client} onChange={value => setClient(value as Client)}>
        {clients.map(name => (
          <option key={name}>{name}</option>
        ))}
      </Select>
      <div className="copyable recipe">
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key */}
        <pre tabIndex={0}>
          <code>{text}</code>
        </pre>
        <CopyButton text={text} label={client} />
      </div>
    </Section>
  )
}
