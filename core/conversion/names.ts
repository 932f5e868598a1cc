import type { ConversionTarget } from '../contract/conversions.ts'

const longest = 100

/** A file's name, without its ending, for a model of that name: `Llama-3.2-1B-F16`. */
export function usualName(model: string, to: ConversionTarget): string {
  const plain = model
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[-._]+/, '')
    .slice(0, longest)
  return `${plain === '' ? 'model' : plain}-${to}`
}

/** Names that some file systems take for the same. */
export function freeName(file: string): string {
  return file.toLowerCase()
}
