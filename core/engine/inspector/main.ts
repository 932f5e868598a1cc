import { startLifeline } from '../lifeline.ts'
import type { AdapterFacts } from './adapter.ts'
import { InvalidModel } from './cursor.ts'
import type { GgufFacts } from './facts.ts'
import { type HashLine, hashFile } from './hash.ts'
import { type ListedTensor, listTensors, readAdapterFile, readModelFile } from './model-file.ts'
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
  | { readonly tensors: readonly ListedTensor[] }
  | { readonly adapter: AdapterFacts }
  | HashLine

/**
 * Bytes for all that an inspection may need; reading takes a few, and templates in use hardly more. Who watches looks
 * only so often: a template that explodes was 60 MB further by then, and 512 MB must never be reached.
 */
const mostMemory = 384 * 1024 * 1024

/** What an inspector can be asked to do; by default to say what a model file is. */
export type InspectorTask = 'facts' | 'tensors' | 'hash' | 'adapter'

/** The child's whole life: `impetus inspector [TASK] PATH` says what it finds on its output and ends. */
export async function runInspector(words: readonly string[] = process.argv.slice(3)): Promise<void> {
  const path = words.at(-1)
  if (path === undefined) throw new Error('usage: impetus inspector [facts|tensors|hash|adapter] PATH')
  startLifeline({ mostMemory })
  try {
    if (words.length > 1 && words[0] === 'hash') return await hashFile(path, tell)
    if (words.length > 1 && words[0] === 'tensors') return await tell({ tensors: listTensors(path) })
    if (words.length > 1 && words[0] === 'adapter') return await tell({ adapter: readAdapterFile(path) })
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
