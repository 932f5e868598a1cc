import { clientsBlock } from './clients.ts'
import { commandsBlock, exitCodesBlock } from './commands.ts'
import { fieldsBlock } from './fields.ts'
import { errorsBlock, operationsBlock } from './operations.ts'
import { roomsBlock } from './rooms.ts'
import { overridesBlock, settingsBlock } from './settings.ts'

/** The parts of the documents that are made from the code, by the name in their markers. */
const blocks: Readonly<Record<string, () => string | Promise<string>>> = {
  settings: settingsBlock,
  overrides: overridesBlock,
  errors: errorsBlock,
  fields: fieldsBlock,
  operations: operationsBlock,
  clients: clientsBlock,
  commands: commandsBlock,
  'exit-codes': exitCodesBlock,
  rooms: roomsBlock,
}

const marked = /<!-- made by "npm run docs": ([a-z-]+) -->\n[\s\S]*?<!-- end -->/g

/** A document with its made parts made anew. @throws when a marker names no block */
export async function fill(document: string): Promise<string> {
  const made = new Map<string, string>()
  for (const [, name = ''] of document.matchAll(marked)) {
    const block = blocks[name]
    if (!block) throw new Error(`No block is called "${name}"; there are ${Object.keys(blocks).join(', ')}.`)
    made.set(name, await block())
  }
  return document.replaceAll(
    marked,
    (_, name: string) => `<!-- made by "npm run docs": ${name} -->\n\n${made.get(name)}\n\n<!-- end -->`,
  )
}
