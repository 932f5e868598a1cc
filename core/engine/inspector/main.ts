import { startLifeline } from '../lifeline.ts'
import { InvalidModel } from './cursor.ts'
import type { GgufFacts } from './facts.ts'
import { readModelFile } from './model-file.ts'
import { longestTemplate, probeTemplate, type TemplateProbe } from './probe.ts'

/**
 * One line of JSON each, in this order. The facts are out before the template is touched, so that when the template
 * hangs or kills this process, the core knows that it was the template.
 */
export type InspectorLine =
  | { readonly facts: GgufFacts }
  | { readonly probe: TemplateProbe }
  | { readonly invalid: string }
  | { readonly unreadable: string }

/** Bytes for all that an inspection may need; reading takes a few, and templates in use hardly more. */
const mostMemory = 512 * 1024 * 1024

/** The child's whole life: `impetus inspector PATH` says what it finds on its output and ends. */
export async function runInspector(path: string | undefined = process.argv.at(-1)): Promise<void> {
  if (path === undefined) throw new Error('usage: impetus inspector PATH')
  startLifeline({ mostMemory })
  try {
    const facts = readModelFile(path)
    const { chatTemplate } = facts
    await tell({ facts: { ...facts, chatTemplate: chatTemplate?.slice(0, longestTemplate) ?? null } })
    if (chatTemplate !== null) await tell({ probe: probeTemplate(chatTemplate) })
  } catch (error) {
    if (error instanceof InvalidModel) await tell({ invalid: error.message })
    else await tell({ unreadable: error instanceof Error ? error.message : String(error) })
  }
}

/** Fulfils when the line is out: what follows may never give the event loop its turn again. */
function tell(line: InspectorLine): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(`${JSON.stringify(line)}\n`, error => (error ? reject(error) : resolve()))
  })
}
