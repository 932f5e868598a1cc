import type { Random } from '../gguf/random.ts'
import { type ArgumentKind, choice, type ToolKind, text, whole } from './tool-arguments.ts'
import { toolsAtWork } from './tools-at-work.ts'
import { everydayTools } from './tools-everyday.ts'
import { city, code, date, filePath, madeUp, nouns, personName, phrase, wholeNumber } from './words.ts'

export const toolKinds: readonly ToolKind[] = [...everydayTools, ...toolsAtWork]

const verbs = [
  'create',
  'delete',
  'update',
  'get',
  'show',
  'open',
  'close',
  'start',
  'stop',
  'archive',
  'share',
  'print',
  'check',
  'lock',
  'unlock',
  'publish',
  'export',
  'import',
  'approve',
  'assign',
  'cancel',
  'restore',
]

/** A tool that never was: so that names are read in the definition, not known by heart. */
export function inventedKind(random: Random): ToolKind {
  const verb = random.pick(verbs)
  const noun = random.chance(0.7) ? random.pick(nouns) : madeUp(random, 2)
  const pool = random.pick([
    text('name title', phrase),
    text('name label', random => madeUp(random)),
    text('id key number', code),
    text('name person owner', personName),
    text('path file', filePath),
    whole('id number'),
  ])
  const extra = random.pick<ArgumentKind | null>([
    null,
    null,
    text('city place', city, ['in {}']),
    text('date day', date, ['on {}', 'for {}']),
    text('user owner person', personName, ['for {}']),
    whole('count limit amount', wholeNumber, ['with the count {}']),
    choice('mode kind', 'fast slow normal', ['in {} mode']),
  ])
  return {
    names: [`${verb} ${noun}`],
    about: [`${verb[0]!.toUpperCase()}${verb.slice(1)} a ${noun}`, `To ${verb} one ${noun}`],
    asks: [
      `${verb} the ${noun} {0}`,
      `${verb} ${noun} {0}`,
      `please ${verb} {0}, the ${noun}`,
      `can you ${verb} the ${noun} {0}`,
    ],
    args: extra ? [pool, extra] : [pool],
  }
}
