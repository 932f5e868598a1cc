import type { ForeignModel } from '../../contract/conversions.ts'
import type { Target } from '../stream.ts'

/** What the child is asked to make, as JSON in its arguments. */
export interface ConvertOrder {
  readonly source: string
  /** Where to; nothing is there yet. */
  readonly file: string
  readonly to: Target
  /** The model's name in the file. */
  readonly name: string
}

/** What the child says, one line of JSON each. */
export type ConverterLine =
  | { readonly described: ForeignModel | null }
  | { readonly progress: { readonly values: number; readonly of: number } }
  | { readonly written: { readonly bytes: number } }
  /** The model's fault, in words for a person. */
  | { readonly refused: string }
  /** The file system's error: its code. */
  | { readonly failed: string }
