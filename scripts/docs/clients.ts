import { readFileSync } from 'node:fs'
import { recipesFor } from '../../core/connect/recipes.ts'
import type { ClientPart, ClientRecipe } from '../../core/contract/clients.ts'
import { agents } from '../../tests/clients/agents.ts'
import { inProject } from '../project.ts'
import { code, table } from './markdown.ts'

/** What stands for the values of a reader's own server. */
const recipes = recipesFor({
  address: 'http://127.0.0.1:4673',
  model: 'your-model',
  needsKey: false,
  contextLength: 32_768,
  callsTools: true,
  fillsGaps: true,
})

/** What no script can try, and a person has. */
const byHand: Readonly<Record<string, string>> = {
  python: `${code('openai')} 3.22.1`,
  'llama-vim': 'commit a1c8e6e in Vim 9.0',
}

/** How a recipe is known to work; undefined where nobody has tried it here. */
function triedBy(id: string): string | undefined {
  const agent = agents.find(one => one.id === id)
  if (agent) return `${agent.package} ${agent.version}, by ${code(`npm run test:clients -- ${id}`)}`
  if (byHand[id] !== undefined) return `${byHand[id]}, by hand`
  if (id === 'curl') return `by ${code('tests/connect.test.ts')}`
  const { devDependencies } = JSON.parse(readFileSync(inProject('package.json'), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  return id === 'typescript' ? `${code('openai')} ${devDependencies.openai}, by the tests` : undefined
}

/** Every client with what it needs to know, in the order of `impetus connect`. */
export function clientsBlock(): string {
  const rows = recipes.map(({ id, name, uses }) => [
    `[${name}](#${slug(name)})`,
    uses.split(', ').map(code).join(', '),
    triedBy(id) ? 'tried' : 'not tried here',
  ])
  return [table(['Client', 'Asks at', 'This recipe is'], rows), ...recipes.map(section)].join('\n\n')
}

function section({ id, name, parts, notes }: ClientRecipe): string {
  const tried = triedBy(id)
  const writes = parts.some(({ kind }) => kind === 'file')
  const command = code(`impetus connect ${id}${writes ? ' --write' : ''}`)
  return [
    `### ${name}`,
    `${tried ? `**Tried**: ${tried}` : '**Not tried here**'}. ${command} ${writes ? 'writes' : 'shows'} this with your values.`,
    ...parts.map(shown),
    ...(notes.length > 0 ? [notes.map(note => `- ${note}`).join('\n')] : []),
  ].join('\n\n')
}

function shown(part: ClientPart): string {
  if (part.kind === 'form') {
    const rows = part.fields.map(({ label, value }) => [label, code(value)])
    return `${part.place}:\n\n${table(['Field', 'Value'], rows)}`
  }
  const [place, language] =
    part.kind === 'file' ? [code(part.place), part.format] : [part.place, part.language]
  return `${place}:\n\n\`\`\`${language}\n${part.text.trimEnd()}\n\`\`\``
}

/** As GitHub makes the anchor of a heading. */
function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}
