import { useState } from 'react'
import type { HomeLayout, HomeLayoutBlock } from '../../../core/contract/home-layout.ts'
import type { Failure } from '../../api.ts'
import { useCore } from '../../core.ts'
import { useData } from '../../data.ts'
import type { AnyFrame } from '../../live.ts'

export interface Layout {
  /** Undefined until it is known. */
  readonly value: HomeLayout | undefined
  readonly failure: Failure | null
  readonly set: (blocks: readonly HomeLayoutBlock[]) => void
  readonly reset: () => void
}

/** The arrangement of Home, which the core keeps. A change is shown at once and taken back where the core refuses it. */
export function useLayout(): Layout {
  const { api } = useCore()
  const layout = useData('getHomeLayout', { topics: ['home.changed'], patch: withLayout })
  const [failure, setFailure] = useState<Failure | null>(null)
  const send = async (
    outcome: ReturnType<typeof api.call<'setHomeLayout'>> | ReturnType<typeof api.call<'resetHomeLayout'>>,
  ) => {
    const answer = await outcome
    setFailure(answer.ok ? null : answer.failure)
    if (answer.ok) layout.put(answer.value)
    else layout.refresh()
  }
  return {
    value: layout.value,
    failure: failure ?? layout.failure ?? null,
    set: blocks => {
      layout.put({ blocks: [...blocks], isStandard: false })
      void send(api.call('setHomeLayout', { body: { blocks: [...blocks] } }))
    },
    reset: () => void send(api.call('resetHomeLayout')),
  }
}

function withLayout(value: HomeLayout, frame: AnyFrame): HomeLayout {
  return frame.topic === 'home.changed' ? frame.data : value
}
