import { closeSync, fstatSync, openSync, writeSync } from 'node:fs'
import { Cursor, InvalidModel } from './cursor.ts'
import type { GgufFacts } from './facts.ts'
import { ggufFacts } from './facts.ts'
import { readGguf } from './gguf.ts'
import { probeTemplate, type TemplateProbe } from './probe.ts'

/**
 * One line of JSON each, in this order. The facts are out before the template is touched, so that when the template
 * hangs or kills this process, the core knows that it was the template.
 */
export type InspectorLine =
  | { readonly facts: GgufFacts }
  | { readonly probe: TemplateProbe }
  | { readonly invalid: string }
  | { readonly unreadable: string }

/** The child's whole life: `impetus inspector PATH` says what it finds on its output and ends. */
export async function runInspector(path: string | undefined = process.argv.at(-1)): Promise<void> {
  if (path === undefined) throw new Error('usage: impetus inspector PATH')
  const facts = inspect(path)
  if (facts === undefined) return
  tell({ facts })
  if (facts.chatTemplate !== null) tell({ probe: probeTemplate(facts.chatTemplate) })
}

function inspect(path: string): GgufFacts | undefined {
  let file: number | undefined
  try {
    file = openSync(path, 'r')
    const status = fstatSync(file)
    if (!status.isFile()) throw new InvalidModel('It is not a file.')
    return ggufFacts(readGguf(new Cursor(file, status.size)), status.size)
  } catch (error) {
    if (error instanceof InvalidModel) tell({ invalid: error.message })
    else tell({ unreadable: error instanceof Error ? error.message : String(error) })
    return undefined
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

/** Written at once and whole: what follows may never give the event loop its turn. */
function tell(line: InspectorLine): void {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
  for (let done = 0; done < bytes.length; ) done += writeSync(1, bytes, done)
}
