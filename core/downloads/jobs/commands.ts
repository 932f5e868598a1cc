import type { DownloadState } from '../../contract/downloads.ts'

export type Command = 'pause' | 'resume' | 'cancel' | 'retry'

const active = ['queued', 'running', 'verifying'] as const satisfies readonly DownloadState[]

export function isActive(state: DownloadState): boolean {
  return (active as readonly DownloadState[]).includes(state)
}

/**
 * The state a command leads to: the state itself where there is nothing to do (people click twice), undefined where
 * the command makes no sense.
 */
export function stateAfter(state: DownloadState, command: Command): DownloadState | undefined {
  switch (command) {
    case 'pause':
      return isActive(state) || state === 'paused' ? 'paused' : undefined
    case 'resume':
      return isActive(state) ? state : state === 'paused' ? 'queued' : undefined
    case 'cancel':
      return state === 'done' ? undefined : 'cancelled'
    case 'retry':
      return isActive(state) ? state : state === 'done' ? undefined : 'queued'
  }
}
