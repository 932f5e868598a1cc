import Button from 'antd/es/button'
import { useState } from 'react'
import type { WireModel } from '../../../core/contract/models.ts'
import type { Failure } from '../../api.ts'
import { useCore } from '../../core.ts'
import { Empty, FailureNote } from '../../parts/page.tsx'
import type { Key } from '../../words/languages.ts'
import { useWords } from '../../words/words.tsx'

const tones = {
  loaded: 'good',
  loading: 'busy',
  unloading: 'busy',
  unloaded: 'none',
  quarantined: 'bad',
  invalid: 'bad',
} as const

/** The models on this machine, with what can be done to each. */
export function Installed({ models }: { models: readonly WireModel[] }) {
  const words = useWords()
  const { api } = useCore()
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set())
  const [failure, setFailure] = useState<Failure | null>(null)
  const act = async (name: 'loadModel' | 'unloadModel', id: string) => {
    setFailure(null)
    setBusy(busy => new Set(busy).add(id))
    const outcome = await api.call(name, { params: { id }, body: {} })
    setBusy(busy => new Set([...busy].filter(other => other !== id)))
    if (!outcome.ok) setFailure(outcome.failure)
  }
  if (models.length === 0) return <Empty>{words.say('noModels')}</Empty>
  return (
    <>
      {failure && <FailureNote failure={failure} />}
      <table className="rows">
        <thead>
          <tr>
            <th scope="col">{words.say('model')}</th>
            <th scope="col">{words.say('state')}</th>
            <th scope="col" className="figure">
              {words.say('size')}
            </th>
            <th scope="col">{words.say('quantization')}</th>
            <th scope="col" className="figure">
              {words.say('context')}
            </th>
            <th scope="col">
              <span className="hidden-label">{words.say('actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {models.map(model => (
            <tr key={model.id}>
              <td className="name">
                {model.id} {model.default && <span className="badge">{words.say('defaultModel')}</span>}
                {model.description && <div className="muted">{model.description}</div>}
                {model.status.reason && <div className="muted">{model.status.reason}</div>}
              </td>
              <td>
                <span className="badge" data-tone={tones[model.status.value]}>
                  {stateText(model, words)}
                </span>
              </td>
              <td className="figure">{words.bytes(model.size)}</td>
              <td>{model.quantization ?? '–'}</td>
              <td className="figure">{words.say('tokens', { count: model.context_length ?? Number.NaN })}</td>
              <td className="does">
                <Action model={model} busy={busy.has(model.id)} act={act} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

function stateText({ status }: WireModel, words: ReturnType<typeof useWords>): string {
  const text = words.say(`model-${status.value}` satisfies Key)
  return status.progress === null ? text : `${text} ${words.percent(status.progress)}`
}

interface ActionProps {
  readonly model: WireModel
  readonly busy: boolean
  readonly act: (name: 'loadModel' | 'unloadModel', id: string) => Promise<void>
}

function Action({ model: { id, status }, busy, act }: ActionProps) {
  const words = useWords()
  const command = status.value === 'loaded' ? 'unloadModel' : status.value === 'unloaded' ? 'loadModel' : null
  if (command === null) return null
  return (
    <Button
      size="small"
      loading={busy}
      onClick={() => void act(command, id)}
      aria-label={`${words.say(command)}: ${id}`}
    >
      {words.say(command)}
    </Button>
  )
}
