import { expect, it } from 'vitest'
import type { DownloadState } from '../../contract/downloads.ts'
import { type Command, stateAfter } from './commands.ts'

it.each<[DownloadState, Record<Command, DownloadState | undefined>]>([
  ['queued', { pause: 'paused', resume: 'queued', cancel: 'cancelled', retry: 'queued' }],
  ['running', { pause: 'paused', resume: 'running', cancel: 'cancelled', retry: 'running' }],
  ['verifying', { pause: 'paused', resume: 'verifying', cancel: 'cancelled', retry: 'verifying' }],
  ['paused', { pause: 'paused', resume: 'queued', cancel: 'cancelled', retry: 'queued' }],
  ['failed', { pause: undefined, resume: undefined, cancel: 'cancelled', retry: 'queued' }],
  ['cancelled', { pause: undefined, resume: undefined, cancel: 'cancelled', retry: 'queued' }],
  ['done', { pause: undefined, resume: undefined, cancel: undefined, retry: undefined }],
])('a download that is %s obeys %j', (state, results) => {
  for (const [command, result] of Object.entries(results))
    expect(stateAfter(state, command as Command), command).toBe(result)
})
