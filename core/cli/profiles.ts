import {
  createProfile,
  deleteProfile,
  getConfiguration,
  listProfiles,
  previewProfile,
  profileValues,
  updateConfiguration,
} from '../contract/profiles.ts'
import { ExitError } from '../platform/exit.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer, table } from './output.ts'

export async function run(call: Call): Promise<undefined> {
  const all = await new CoreClient(call.paths()).call(listProfiles)
  const rows = all.profiles.map(({ name, description, values, usedBy }) => [
    name === all.default ? `${name} *` : name,
    Object.entries(values)
      .map(([key, value]) => `${key} ${JSON.stringify(value)}`)
      .join(', '),
    usedBy.join(', '),
    description,
  ])
  answer(call, all, table([['PROFILE', 'VALUES', 'USED BY', 'WHAT FOR'], ...rows]))
}

/** Shows what a profile would change, or gives it to a model. */
export async function use(call: Call): Promise<undefined> {
  const client = new CoreClient(call.paths())
  const { PROFILE: name = '', MODEL: id = '' } = call.values
  if (call.switches.has('dry-run')) {
    const preview = await client.call(previewProfile, { params: { name }, query: { model: id } })
    answer(call, preview, changed(preview.changes, `${name} would change nothing.`))
    return
  }
  const profile = name === 'none' ? null : name
  const result = await client.call(updateConfiguration, { params: { id }, body: { profile } })
  const reload = result.reloadNeeded ? `\nIn force from the next load: "impetus unload ${result.model}".` : ''
  answer(call, result, `${changed(result.changes, 'Nothing has changed.')}${reload}`)
}

export async function create(call: Call): Promise<undefined> {
  const values = profileValues.safeParse(Object.fromEntries(call.rest.map(pair)))
  if (!values.success) {
    const [issue] = values.error.issues
    throw new ExitError('usage', `"${issue?.path.join('.') || call.rest.join(' ')}": ${issue?.message}.`)
  }
  const { copy } = call.options
  const profile = await new CoreClient(call.paths()).call(createProfile, {
    body: { name: call.values.NAME ?? '', values: values.data, ...(copy !== undefined && { copyOf: copy }) },
  })
  answer(call, profile, `${profile.name}: ${JSON.stringify(profile.values)}`)
}

export async function remove(call: Call): Promise<undefined> {
  const params = { name: call.values.NAME ?? '' }
  const { deleted } = await new CoreClient(call.paths()).call(deleteProfile, { params })
  answer(call, { deleted }, `${deleted} is deleted.`)
}

export async function configuration(call: Call): Promise<undefined> {
  const params = { id: call.values.MODEL ?? '' }
  const shown = await new CoreClient(call.paths()).call(getConfiguration, { params })
  const rows = Object.entries(shown.effective).map(([key, value]) => [
    key,
    JSON.stringify(value),
    key in shown.own ? 'this model' : '',
  ])
  const head = `${shown.model}, profile ${shown.profile ?? 'none'}`
  answer(call, shown, `${head}\n${table([['VALUE', '', 'SAID OF'], ...rows])}`)
}

/** `key=value`, the value as JSON where it is JSON. */
function pair(text: string): [string, unknown] {
  const [, key = '', value = ''] = /^([A-Za-z]+)=(.+)$/s.exec(text) ?? []
  if (key === '') throw new ExitError('usage', `"${text}" is not KEY=VALUE, as slots=2.`)
  try {
    return [key, JSON.parse(value)]
  } catch {
    return [key, value]
  }
}

function changed(changes: readonly { key: string; from: unknown; to: unknown }[], otherwise: string): string {
  if (changes.length === 0) return otherwise
  const word = (value: unknown) => (value === null ? 'open' : JSON.stringify(value))
  return table(changes.map(({ key, from, to }) => [key, `${word(from)} → ${word(to)}`]))
}
