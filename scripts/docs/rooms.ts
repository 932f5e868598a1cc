import { confined, rooms } from '../../tests/boundaries/rooms.ts'
import { code, codes, table } from './markdown.ts'

/** Who may import what, as the boundaries test holds it. */
export function roomsBlock(): string {
  const rows = rooms.map(({ name, holds, values, types, packages }) => [
    code(name),
    holds,
    codes(values),
    types === 'all' ? 'all' : 'of the same',
    codes(packages),
  ])
  const limits = confined.map(
    entry => `- ${code(entry.package)} only under ${code(entry.folder)}: ${entry.because}.`,
  )
  return [
    table(['Room', 'What it holds', 'May use values of', 'Types', 'Packages'], rows),
    limits.join('\n'),
  ].join('\n\n')
}
