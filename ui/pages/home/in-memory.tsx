import Button from 'antd/es/button'
import { memo, useState } from 'react'
import type { Failure } from '../../api.ts'
import { useCore } from '../../core.ts'
import { useData } from '../../data.ts'
import { Empty, FailureNote, Loading, Section } from '../../parts/page.tsx'
import { useWords } from '../../words/words.tsx'

/** The models that are loaded, and the memory they take of what they may. */
export const InMemory = memo(function InMemory() {
  const words = useWords()
  const { api } = useCore()
  const memory = useData('getMemory', { topics: ['model.changed', 'request.started', 'request.finished'] })
  const [failure, setFailure] = useState<Failure | null>(null)
  const { value } = memory
  const unload = async (id: string) => {
    const outcome = await api.call('unloadModel', { params: { id }, body: {} })
    setFailure(outcome.ok ? null : outcome.failure)
  }
  return (
    <Section
      title={words.say('inMemory')}
      note={
        value &&
        words.say('memoryUsed', {
          used: words.bytes(value.usedBytes),
          budget: words.bytes(value.budgetBytes),
        })
      }
    >
      {memory.failure && <FailureNote failure={memory.failure} retry={memory.refresh} />}
      {failure && <FailureNote failure={failure} />}
      {value === undefined && !memory.failure && <Loading />}
      {value?.models.length === 0 && <Empty>{words.say('nothingLoaded')}</Empty>}
      {value && value.models.length > 0 && (
        <table className="rows">
          <thead>
            <tr>
              <th scope="col">{words.say('model')}</th>
              <th scope="col">{words.say('state')}</th>
              <th scope="col" className="figure">
                {words.say('memory')}
              </th>
              <th scope="col" className="figure">
                {words.say('requestsRunning')}
              </th>
              <th scope="col" className="figure">
                {words.say('unloadsAt')}
              </th>
              <th scope="col">
                <span className="hidden-label">{words.say('actions')}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {value.models.map(model => (
              <tr key={model.id}>
                <td className="name">
                  {model.id} {model.reason && <div className="muted">{model.reason}</div>}
                </td>
                <td>
                  <span
                    className="badge"
                    data-tone={
                      model.state === 'loaded' ? 'good' : model.state === 'quarantined' ? 'bad' : 'busy'
                    }
                  >
                    {words.say(`model-${model.state}`)}{' '}
                    {model.progress !== null && model.state === 'loading' && words.percent(model.progress)}
                  </span>
                </td>
                <td className="figure">{words.bytes(model.bytes)}</td>
                <td className="figure minor">{words.number(model.leases)}</td>
                <td className="figure minor">
                  {model.pinned ? words.say('stays') : words.time(model.unloadsAt)}
                </td>
                <td className="does">
                  {model.state === 'loaded' && (
                    <Button
                      size="small"
                      onClick={() => void unload(model.id)}
                      aria-label={`${words.say('unloadModel')}: ${model.id}`}
                    >
                      {words.say('unloadModel')}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  )
})
