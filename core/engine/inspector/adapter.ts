import { InvalidModel } from './cursor.ts'
import { type Gguf, printable } from './gguf.ts'

/** What a LoRA adapter says of itself, checked. */
export interface AdapterFacts {
  /** Of the models that it fits. */
  readonly architecture: string
  readonly bytes: number
}

/** @throws InvalidModel for a file that is no LoRA adapter */
export function adapterFacts({ values, tensors, dataBytes }: Gguf): AdapterFacts {
  const text = (key: string) => {
    const value = values.get(key)
    return typeof value === 'string' ? value : ''
  }
  if (text('general.type') !== 'adapter' || text('adapter.type') !== 'lora')
    throw new InvalidModel('The file is no LoRA adapter.')
  const wrong = tensors.find(({ name }) => !/\.lora_[ab]$/.test(name))
  if (wrong !== undefined) throw new InvalidModel(`"${printable(wrong.name)}" is no part of a LoRA adapter.`)
  if (tensors.length === 0) throw new InvalidModel('The adapter is empty.')
  return { architecture: text('general.architecture'), bytes: dataBytes }
}
