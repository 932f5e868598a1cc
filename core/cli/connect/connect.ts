import { type ClientRecipe, keyPlaceholder, listClients } from '../../contract/clients.ts'
import { createKey } from '../../contract/keys.ts'
import { ExitError } from '../../platform/exit.ts'
import { CoreClient } from '../client.ts'
import type { Call } from '../command.ts'
import { answer, table } from '../output.ts'
import { shown, told } from './show.ts'
import { placeOf, plan, type Written } from './write.ts'

export async function run(call: Call): Promise<undefined> {
  const client = new CoreClient(call.paths())
  const wanted = call.values.CLIENT
  const hasKey = call.options.key !== undefined || call.switches.has('new-key')
  const { model } = call.options
  const recipes = await client.call(listClients, {
    query: { ...(model !== undefined && { model }), ...(hasKey && { withKey: 'true' }) },
  })
  if (wanted === undefined) {
    list(call, recipes.clients)
    return
  }
  const recipe = recipes.clients.find(({ id, name }) =>
    [id, name.toLowerCase()].includes(wanted.toLowerCase()),
  )
  if (recipe === undefined) {
    const ids = recipes.clients.map(({ id }) => id).join(', ')
    throw new ExitError('usage', `There is no recipe for "${wanted}". There are: ${ids}.`)
  }
  const writes = call.switches.has('write') || call.options.file !== undefined
  if (writes) {
    refuseWhatCannotBeWritten(recipe, recipes.needsKey && !hasKey)
    // Before a key is made for it.
    plans(recipe, call)
  }
  const key = await keyFor(call, client, recipe.name)
  const keyed = key === undefined ? recipe : withKey(recipe, key)
  if (!writes) {
    answer(call, keyed, shown(keyed))
    return
  }
  const written = plans(keyed, call).map(one => one.write())
  answer(call, { ...keyed, written }, told(keyed, written))
}

function list(call: Call, clients: readonly ClientRecipe[]): void {
  const rows = clients.map(({ id, name, uses, parts }) => [
    id,
    name,
    uses,
    parts.some(({ kind }) => kind === 'file') ? 'yes' : 'no',
  ])
  answer(
    call,
    clients.map(({ id, name, uses }) => ({ id, name, uses })),
    table([['CLIENT', 'NAME', 'USES', '--write'], ...rows]),
  )
}

function refuseWhatCannotBeWritten({ id, name, parts }: ClientRecipe, lacksKey: boolean): void {
  if (!parts.some(({ kind }) => kind === 'file')) {
    throw new ExitError(
      'usage',
      `${name} has no settings file to write. Do what "impetus connect ${id}" shows.`,
    )
  }
  if (lacksKey) {
    throw new ExitError(
      'usage',
      'The settings require a key. Make one with --new-key, or give one with --key.',
    )
  }
}

async function keyFor(call: Call, client: CoreClient, name: string): Promise<string | undefined> {
  if (!call.switches.has('new-key')) return call.options.key
  if (call.options.key !== undefined) throw new ExitError('usage', 'Choose one of --key and --new-key.')
  const { key } = await client.call(createKey, { body: { name, scopes: ['inference'], expiresInDays: null } })
  return key
}

/** Keys have letters that mean nothing in any of the formats, so they go in as text. */
function withKey(recipe: ClientRecipe, key: string): ClientRecipe {
  if (!/^[\w.~+/=-]+$/.test(key))
    throw new ExitError('usage', '--key is no key: they have letters, digits, "_" and "-".')
  return JSON.parse(JSON.stringify(recipe).replaceAll(keyPlaceholder, key)) as ClientRecipe
}

function plans({ parts }: ClientRecipe, { options, env }: Call): { write(): Written }[] {
  const files = parts.filter(part => part.kind === 'file')
  return files.map(part => plan(part, options.file ?? placeOf(part, env.HOME)))
}
