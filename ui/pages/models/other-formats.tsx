import Button from 'antd/es/button'
import { useState } from 'react'
import type { ConversionTarget } from '../../../core/contract/conversions.ts'
import type { LibraryModel } from '../../../core/contract/library.ts'
import type { Failure } from '../../api.ts'
import { useCore } from '../../core.ts'
import { useData } from '../../data.ts'
import { FailureNote, Section } from '../../parts/page.tsx'
import { Select } from '../../parts/select.tsx'
import { useWords } from '../../words/words.tsx'

/** Models that do not run as they are, and GGUF files made of them. Nothing is shown where there are none. */
export function OtherFormats() {
  const words = useWords()
  const library = useData('listLibrary', { topics: ['library.changed', 'models.changed'] })
  const foreign = library.value?.models.filter(({ state }) => state === 'foreign') ?? []
  if (foreign.length === 0) return null
  return (
    <Section title={words.say('otherFormats')} note={words.say('otherFormatsNote')}>
      <ul className="downloads">
        {foreign.map(model => (
          <Foreign key={model.id} model={model} />
        ))}
      </ul>
    </Section>
  )
}

/** One of them; the core reads it when its row is drawn, and remembers. */
function Foreign({ model }: { model: LibraryModel }) {
  const words = useWords()
  const { value, failure } = useData('getLibraryModel', { params: { id: model.id } })
  const conversion = value?.conversion
  const told = [value?.description ?? model.format, words.bytes(model.bytes)]
  const notes = conversion?.possible ? conversion.notes : [conversion?.reason]
  return (
    <li>
      <div className="line">
        <div className="grow">
          <strong>{model.id}</strong>
          <div className="muted">{words.list(told)}</div>
          {notes.map(note => note && <div key={note}>{note}</div>)}
        </div>
        {conversion?.possible && <Convert id={model.id} sizes={conversion.bytes} />}
      </div>
      {failure && <FailureNote failure={failure} />}
    </li>
  )
}

interface ConvertProps {
  readonly id: string
  /** Bytes of the result, by type. */
  readonly sizes: Readonly<Record<string, number>>
}

function Convert({ id, sizes }: ConvertProps) {
  const words = useWords()
  const { api } = useCore()
  const types = Object.keys(sizes)
  const [to, setTo] = useState(types[0] ?? '')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const convert = async () => {
    setBusy(true)
    const body = { source: id, to: to as ConversionTarget }
    const outcome = await api.call('startConversion', { body })
    setBusy(false)
    setFailure(outcome.ok ? null : outcome.failure)
  }
  return (
    <>
      <span className="actions">
        <Select label={`${words.say('convertTo')}: ${id}`} hideLabel value={to} onChange={setTo}>
          {types.map(type => (
            <option key={type} value={type}>
              {`${type} · ${words.bytes(sizes[type])}`}
            </option>
          ))}
        </Select>
        <Button
          size="small"
          loading={busy}
          aria-label={`${words.say('convert')}: ${id}`}
          onClick={() => void convert()}
        >
          {words.say('convert')}
        </Button>
      </span>
      {failure && <FailureNote failure={failure} />}
    </>
  )
}
