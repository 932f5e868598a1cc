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

/** What the recipes that cannot be tried here were compared with, name by name. */
const checkedAgainst: Readonly<Record<string, string>> = {
  roo: 'its documentation, its source and that of Zoo Code',
  aider: 'its documentation and source',
  zed: 'its documentation and source',
  vscode: 'its documentation, its release notes and its source',
  xcode:
    'what Ollama, OpenRouter and others write for their users; Apple’s own documentation was not at hand',
  jetbrains:
    'its documentation; for “Tool calling”, “Models Assignment” and the earlier names, the guides of others',
  'open-webui': 'its documentation',
  librechat: 'its documentation, its example file and its schema',
  langchain: `the source of ${code('langchain-openai')} 1.6.6`,
}

/** How a recipe was tried; undefined where it was not. */
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

function standing(id: string): { readonly word: string; readonly sentence: string } {
  const tried = triedBy(id)
  if (tried) return { word: 'tried', sentence: `**Tried**: ${tried}. ` }
  const source = checkedAgainst[id]
  if (source) return { word: 'checked', sentence: `**Checked** against ${source}. ` }
  return { word: '–', sentence: '' }
}

/** Every client with what it needs to know, in the order of `impetus connect`. */
export function clientsBlock(): string {
  const rows = recipes.map(({ id, name, uses }) => [
    `[${name}](#${slug(name)})`,
    uses.split(', ').map(code).join(', '),
    standing(id).word,
  ])
  return [table(['Client', 'Asks at', 'This recipe is'], rows), ...recipes.map(section)].join('\n\n')
}

function section({ id, name, parts, notes }: ClientRecipe): string {
  const writes = parts.some(({ kind }) => kind === 'file')
  const command = code(`impetus connect ${id}${writes ? ' --write' : ''}`)
  return [
    `### ${name}`,
    `${standing(id).sentence}${command} ${writes ? 'writes' : 'shows'} this with your values.`,
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
