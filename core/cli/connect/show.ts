import type { ClientPart, ClientRecipe } from '../../contract/clients.ts'
import { table } from '../output.ts'
import type { Written } from './write.ts'

/** A recipe as a person reads it in a terminal. */
export function shown({ name, parts, notes }: ClientRecipe): string {
  return [name, ...parts.map(section), ...(notes.length > 0 ? [notes.join('\n')] : [])].join('\n\n')
}

/** What was written, and what is left to do by hand. */
export function told({ name, parts, notes }: ClientRecipe, written: readonly Written[]): string {
  const rest = parts.filter(part => part.kind !== 'file').map(section)
  return [name, written.map(fact).join('\n'), ...rest, ...(notes.length > 0 ? [notes.join('\n')] : [])].join(
    '\n\n',
  )
}

function fact({ path, did, backup }: Written): string {
  if (did === 'created') return `Written: ${path}`
  if (did === 'nothing') return `${path} says all of this already.`
  return `Changed: ${path}\nAs it was before: ${backup}`
}

/** Texts stand as they are to be pasted: without anything before their lines. */
function section(part: ClientPart): string {
  if (part.kind !== 'form') return `${part.place}:\n\n${part.text.trimEnd()}`
  return `${part.place}:\n\n${table(part.fields.map(({ label, value }) => [`  ${label}`, value]))}`
}
