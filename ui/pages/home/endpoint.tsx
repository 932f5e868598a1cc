import { memo } from 'react'
import { useData } from '../../data.ts'
import { CopyButton } from '../../parts/copy-button.tsx'
import { Section } from '../../parts/page.tsx'
import { useWords } from '../../words/words.tsx'

/** Where clients call, and whether anybody can answer there. */
export const Endpoint = memo(function Endpoint() {
  const words = useWords()
  const { value } = useData('getStatus', { topics: ['core.changed'] })
  const address = `${location.origin}/v1`
  return (
    <Section title={words.say('endpoint')} note={words.say('endpointNote')}>
      <div className="copyable">
        <pre>
          <code>{address}</code>
        </pre>
        <CopyButton text={address} label={words.say('endpoint')} />
      </div>
      {value?.engine.available === false && (
        <div className="failure" role="alert">
          <p>{value.engine.reason}</p>
        </div>
      )}
    </Section>
  )
})
