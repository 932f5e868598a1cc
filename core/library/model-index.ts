import { ImpetusError } from '../contract/errors.ts'
import type { InstalledModel } from './types.ts'

/** Names in an error message: enough to see the mistake, not so many that it drowns. */
const namedAtMost = 20

/** One state of the library: models by id and alias. */
export class ModelIndex {
  readonly models: readonly InstalledModel[]
  readonly #byName = new Map<string, InstalledModel>()

  constructor(models: readonly InstalledModel[]) {
    this.models = models
    for (const model of models) {
      for (const name of [model.id, ...model.aliases]) this.#byName.set(name, model)
    }
  }

  find(name: string): InstalledModel | undefined {
    return this.#byName.get(name.toLowerCase())
  }

  /** Throws `model_not_found`, naming what is there. The name asked for can be anything: it is cut and quoted. */
  missing(requested: string | undefined): never {
    const ids = this.models.map(model => model.id)
    const more = ids.length > namedAtMost ? ` and ${ids.length - namedAtMost} more (GET /v1/models)` : ''
    const installed =
      ids.length === 0
        ? 'No model is installed: put a .gguf file into ~/Models.'
        : `Installed: ${ids.slice(0, namedAtMost).join(', ')}${more}.`
    const asked =
      requested === undefined
        ? 'There is no model to answer with.'
        : `There is no model ${quoted(requested)}.`
    throw new ImpetusError('model_not_found', `${asked} ${installed}`, { param: 'model' })
  }

  /** Whether nothing that anybody sees has changed. */
  equals(other: ModelIndex): boolean {
    const print = (index: ModelIndex) =>
      JSON.stringify(index.models.map(({ id, path, fingerprint }) => [id, path, fingerprint]))
    return print(this) === print(other)
  }
}

function quoted(text: string): string {
  const characters = [...text.slice(0, 200)]
  return JSON.stringify(characters.length > 80 ? `${characters.slice(0, 80).join('')}…` : text)
}
