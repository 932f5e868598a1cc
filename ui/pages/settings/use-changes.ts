import { useState } from 'react'
import type { SettingsAnswer } from '../../../core/contract/settings.ts'
import type { Failure } from '../../api.ts'
import { useCore } from '../../core.ts'
import { type Field, patchFor } from './form.ts'

interface Change {
  readonly field: Field
  readonly before: unknown
}

/** Sends changes to the core at once, and takes the latest one back. A value that is refused leaves the old one in force. */
export function useChanges(put: (answer: SettingsAnswer) => void) {
  const { api } = useCore()
  const [changed, setChanged] = useState<Change | null>(null)
  const [undone, setUndone] = useState(0)
  const [problems, setProblems] = useState<Readonly<Record<string, Failure | undefined>>>({})
  const send = async (field: Field, value: unknown): Promise<boolean> => {
    const outcome = await api.call('updateSettings', { body: patchFor(field, value) })
    setProblems(problems => ({ ...problems, [field.key]: outcome.ok ? undefined : outcome.failure }))
    if (outcome.ok) put(outcome.value)
    return outcome.ok
  }
  return {
    changed,
    /** Counts what was taken back: fields forget what was written in them. */
    undone,
    problems,
    /** @returns whether the core took it */
    change: async (field: Field, value: unknown, before: unknown): Promise<boolean> => {
      const taken = await send(field, value)
      if (taken) setChanged({ field, before })
      return taken
    },
    undo: async (): Promise<void> => {
      if (!changed || !(await send(changed.field, changed.before))) return
      setChanged(null)
      setUndone(undone => undone + 1)
    },
  }
}
