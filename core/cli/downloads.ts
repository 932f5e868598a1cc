import {
  cancelDownload,
  type Download,
  listDownloads,
  pauseDownload,
  removeDownload,
  resumeDownload,
  retryDownload,
} from '../contract/downloads.ts'
import { CoreClient } from './client.ts'
import type { Call, Run } from './command.ts'
import { answer, readableBytes, readableSeconds, table } from './output.ts'

export async function run(call: Call): Promise<undefined> {
  const { downloads } = await new CoreClient(call.paths()).call(listDownloads)
  const heads = ['ID', 'NAME', 'STATE', 'DONE', 'SIZE', 'LEFT']
  const text =
    downloads.length === 0
      ? 'There are no downloads. "impetus pull" starts one.'
      : table([heads, ...downloads.map(row)])
  answer(call, downloads, text)
}

const operations = {
  pause: pauseDownload,
  resume: resumeDownload,
  cancel: cancelDownload,
  retry: retryDownload,
} as const

/** What `impetus downloads WORD ID` does. */
export function commandRun(word: keyof typeof operations | 'remove'): Run {
  return async call => {
    const client = new CoreClient(call.paths())
    const params = { id: call.values.ID as string }
    if (word === 'remove') {
      answer(call, await client.call(removeDownload, { params }), `${params.id} is off the list.`)
      return undefined
    }
    const download = await client.call(operations[word], { params })
    answer(call, download, `${download.name} is ${download.state}.`)
    return undefined
  }
}

function row({ id, name, state, done, bytes, secondsLeft, error }: Download): string[] {
  return [
    id,
    name,
    error === null ? state : `${state}: ${error.message}`,
    bytes === 0 ? '' : `${Math.floor((100 * done) / bytes)} %`,
    readableBytes(bytes),
    secondsLeft === null ? '' : readableSeconds(secondsLeft),
  ]
}
