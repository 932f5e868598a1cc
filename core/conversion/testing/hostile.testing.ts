import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from '../describe/describe.ts'
import { type Form, type TinyFamily, tinyFamilies, writeTinyModel } from './families.testing.ts'

/** A folder of models that are made to be spoilt. */
export class Workshop implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'impetus-hostile-'))
  readonly family = tinyFamilies['Llama 2'] as TinyFamily
  #count = 0

  /** A good model. */
  model(form: Form = 'SafeTensors'): string {
    const path = join(this.folder, `model-${this.#count++}`)
    mkdirSync(path)
    writeTinyModel(path, this.family, form)
    return path
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Why a model is not converted; `possible` where it is. */
export function reasonOf(path: string): string {
  const found = describe(path)
  if (found === null) throw new Error('not recognised')
  return found.conversion.possible ? 'possible' : found.conversion.reason
}

/** Changes a model's config.json. */
export function configured(path: string, change: object): string {
  const file = join(path, 'config.json')
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, 'utf8')), ...change }))
  return path
}
