import { useState } from 'react'
import type { ClientPart, ClientRecipe } from '../../../core/contract/clients.ts'
import { useData } from '../../data.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { FailureNote, Loading, Section } from '../../parts/page.tsx'
import { Select } from '../../parts/select.tsx'
import { useWords } from '../../words/words.tsx'

/** What to paste into a client, with the values of this server as they are now. The core has the recipes. */
export function Recipes() {
  const words = useWords()
  const models = useData('listModels', { topics: ['models.changed'] })
  const [model, setModel] = useState('')
  // The menu bar opens `#connect/zed`.
  const [id, setId] = useState(() => location.hash.split('/')[1] ?? '')
  const recipes = useData('listClients', {
    query: { address: location.origin, ...(model !== '' && { model }) },
    topics: ['settings.changed', 'models.changed'],
  })
  const { value } = recipes
  const client = value?.clients.find(one => one.id === id) ?? value?.clients[0]
  return (
    <Section
      title={words.say('clients')}
      note={value && words.say(value.needsKey ? 'keyNeeded' : 'keyNotNeeded')}
    >
      {recipes.failure && <FailureNote failure={recipes.failure} retry={recipes.refresh} />}
      {value === undefined && !recipes.failure && <Loading />}
      {value && client && (
        <>
          <div className="line">
            <Select label={words.say('client')} value={client.id} onChange={setId}>
              {value.clients.map(one => (
                <option key={one.id} value={one.id}>
                  {one.name}
                </option>
              ))}
            </Select>
            <Select label={words.say('model')} value={model || value.model} onChange={setModel}>
              {(models.value?.data ?? []).map(one => (
                <option key={one.id}>{one.id}</option>
              ))}
            </Select>
          </div>
          <RecipeOf client={client} />
        </>
      )}
    </Section>
  )
}

function RecipeOf({ client }: { client: ClientRecipe }) {
  return (
    <>
      {client.parts.map(part => (
        <div key={part.place} className="recipe">
          <p className="muted">{part.place}</p>
          {part.kind === 'form' ? (
            <Fields fields={part.fields} />
          ) : (
            <Text text={part.text} label={part.place} />
          )}
        </div>
      ))}
      {client.notes.map(note => (
        <p key={note} className="muted recipe">
          {note}
        </p>
      ))}
    </>
  )
}

function Text({ text, label }: { text: string; label: string }) {
  return (
    <div className="copyable">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key */}
      <pre tabIndex={0}>
        <code>{text.trimEnd()}</code>
      </pre>
      <CopyButton text={text} label={label} />
    </div>
  )
}

function Fields({ fields }: { fields: Extract<ClientPart, { kind: 'form' }>['fields'] }) {
  return (
    <table className="rows">
      <tbody>
        {fields.map(({ label, value }) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td className="name">
              <code>{value}</code>
            </td>
            <td className="does">
              <CopyButton text={value} label={label} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
