import Button from 'antd/es/button'
import { useState } from 'react'
import type { HubFile } from '../../../core/contract/hub.ts'
import type { Failure } from '../../api.ts'
import { useCore } from '../../core.ts'
import { useData } from '../../data.ts'
import { Empty, FailureNote, Loading } from '../../parts/page.tsx'
import { useWords } from '../../words/words.tsx'

/** The files of one model on the hub, smallest first, each to be fetched. */
export function HubFiles({ id }: { id: string }) {
  const words = useWords()
  const [owner = '', name = ''] = id.split('/')
  const model = useData('getHubModel', { params: { owner, name } })
  if (model.failure) return <FailureNote failure={model.failure} retry={model.refresh} />
  if (model.value === undefined) return <Loading />
  const files = model.value.files.filter(({ projector }) => !projector)
  if (files.length === 0) return <Empty>{words.say('noFiles')}</Empty>
  return (
    <ul className="hub-files">
      {files.map(file => (
        <File key={file.reference} file={file} />
      ))}
    </ul>
  )
}

function File({ file }: { file: HubFile }) {
  const words = useWords()
  const { api } = useCore()
  const [state, setState] = useState<'idle' | 'asking' | 'started'>('idle')
  const [failure, setFailure] = useState<Failure | null>(null)
  const start = async () => {
    setState('asking')
    const outcome = await api.call('startDownload', { body: { reference: file.reference } })
    setState(outcome.ok ? 'started' : 'idle')
    setFailure(outcome.ok ? null : outcome.failure)
  }
  return (
    <li>
      <div className="line">
        <span className="grow">
          {file.quantization ?? file.name} <span className="muted">{words.bytes(file.bytes)}</span>
        </span>
        <Button
          size="small"
          disabled={state === 'started'}
          loading={state === 'asking'}
          onClick={() => void start()}
          aria-label={`${words.say('download')}: ${file.name}`}
        >
          {words.say(state === 'started' ? 'started' : 'download')}
        </Button>
      </div>
      {failure && <FailureNote failure={failure} />}
    </li>
  )
}
