import { readFileSync, rmSync } from 'node:fs'
import { type EndpointFile, endpointFile } from '../contract/status.ts'
import { writeFileAtomic } from './atomic-file.ts'
import { cannotUse } from './home.ts'

/** Says where this core listens, for programs that want to call it. */
export function publishEndpoint(path: string, facts: EndpointFile): void {
  try {
    writeFileAtomic(path, `${JSON.stringify(facts, null, 2)}\n`)
  } catch (error) {
    throw cannotUse(path, error)
  }
}

export function withdrawEndpoint(path: string): void {
  rmSync(path, { force: true })
}

/** Where a core said it listens. After a crash the file is still there: only the lock or an answer proves a core. */
export function readEndpoint(path: string): EndpointFile | undefined {
  try {
    return endpointFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return undefined
  }
}
