import { useSyncExternalStore } from 'react'
import type { Language } from './words/languages.ts'

/** What a person has chosen for this browser. Everything about the server is a setting of the core. */
export interface Choices {
  readonly theme: 'system' | 'light' | 'dark'
  readonly language: 'system' | Language
  readonly sidebar: 'wide' | 'narrow'
}

const place = 'impetus.choices'
const standard: Choices = { theme: 'system', language: 'system', sidebar: 'wide' }

/** The choices, kept from one visit to the next where the browser allows it. */
export class ChoiceStore {
  #current: Choices = standard
  readonly #watchers = new Set<() => void>()

  start(): void {
    try {
      this.#current = {
        ...standard,
        ...(JSON.parse(localStorage.getItem(place) ?? '{}') as Partial<Choices>),
      }
    } catch {
      // Storage is closed to us, or holds something else: the standard then.
    }
  }

  readonly get = (): Choices => this.#current

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  set(change: Partial<Choices>): void {
    this.#current = { ...this.#current, ...change }
    try {
      localStorage.setItem(place, JSON.stringify(this.#current))
    } catch {
      // It holds until the page is closed.
    }
    for (const watcher of this.#watchers) watcher()
  }
}

export function useChoices(store: ChoiceStore): Choices {
  return useSyncExternalStore(store.watch, store.get)
}
