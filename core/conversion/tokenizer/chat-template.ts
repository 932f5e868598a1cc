import type { ModelFolder } from '../files/folder.ts'
import { Fields, isObject, readJsonIfThere } from '../files/json.ts'
import { type Metadata, string, strings } from '../gguf/format.ts'
import { Refusal } from '../refusal.ts'

const mostBytes = 1024 * 1024

/**
 * The model's chat template, from `chat_template.jinja` or tokenizer_config.json; further ones under their names, as
 * llama.cpp keeps them. Empty where it has none. Templates are copied, never rendered here.
 */
export function chatTemplates(folder: ModelFolder, config: Fields): Metadata {
  const templates = folder.has('chat_template.jinja')
    ? new Map([['default', folder.read('chat_template.jinja', mostBytes).toString('utf8')]])
    : fromConfig(config.raw('chat_template') ?? readJsonIfThere(folder, 'chat_template.json').chat_template)
  const others = [...templates].filter(([name]) => name !== 'default')
  const [main] = templates.has('default') ? [templates.get('default')] : templates.values()
  for (const text of templates.values())
    if (text.length > mostBytes) throw new Refusal('Its chat template is larger than a megabyte.')
  return {
    ...(main !== undefined && { 'tokenizer.chat_template': string(main) }),
    ...(others.length > 0 && { 'tokenizer.chat_templates': strings(others.map(([name]) => name)) }),
    ...Object.fromEntries(others.map(([name, text]) => [`tokenizer.chat_template.${name}`, string(text)])),
  }
}

function fromConfig(value: unknown): Map<string, string> {
  if (typeof value === 'string') return new Map([['default', value]])
  if (!Array.isArray(value)) return new Map()
  return new Map(
    value.flatMap((entry): [string, string][] => {
      if (!isObject(entry)) return []
      const fields = new Fields(entry, 'tokenizer_config.json')
      const name = fields.text('name')
      const template = fields.text('template')
      return name === undefined || template === undefined || !/^[\w-]{1,64}$/.test(name)
        ? []
        : [[name, template]]
    }),
  )
}
