import type { ModelValues } from '../contract/profiles.ts'

export interface Change {
  /** As `sampling.temperature`. */
  readonly key: string
  /** null: left open, or never. */
  readonly from: unknown
  readonly to: unknown
}

/** Layers of values, each over the one before; within `sampling` key by key. */
export function merged(layers: readonly ModelValues[]): ModelValues {
  const sampling = Object.assign({}, ...layers.map(layer => given(layer.sampling ?? {})))
  const values: ModelValues = Object.assign({}, ...layers.map(withoutOpen))
  return Object.keys(sampling).length === 0 ? values : { ...values, sampling }
}

/** What differs, by key, in the order of the alphabet. */
export function changesBetween(before: ModelValues, after: ModelValues): Change[] {
  const [from, to] = [flat(before), flat(after)]
  return [...new Set([...from.keys(), ...to.keys()])]
    .toSorted()
    .filter(key => JSON.stringify(from.get(key)) !== JSON.stringify(to.get(key)))
    .map(key => ({ key, from: from.get(key) ?? null, to: to.get(key) ?? null }))
}

function withoutOpen({ sampling: _, ...layer }: ModelValues): ModelValues {
  return given(layer)
}

function flat({ sampling = {}, ...values }: ModelValues): Map<string, unknown> {
  const deep = Object.entries(sampling).map(([key, value]) => [`sampling.${key}`, value] as const)
  return new Map([...Object.entries(values), ...deep].filter(([, value]) => value !== undefined))
}

/** Without the keys that are left open, so that they hide nothing below them. */
export function given<T extends object>(values: T): Given<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Given<T>
}

export type Given<T> = { [K in keyof T]: Exclude<T[K], undefined> }
