import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { en } from './en.ts'
import { type Catalogue, type Key, type Language, loadCatalogue, preferredLanguage } from './languages.ts'

type Values = Readonly<Record<string, string | number>>

/** Texts, numbers and times in one language. Unknown numbers are "–". */
export class Words {
  readonly language: Language
  readonly #catalogue: Catalogue
  readonly #plurals: Intl.PluralRules

  constructor(language: Language, catalogue: Catalogue) {
    this.language = language
    this.#catalogue = catalogue
    this.#plurals = new Intl.PluralRules(language)
  }

  /** The text of a key. `count` chooses the plural form. */
  say(key: Key, values: Values = {}): string {
    const message = this.#catalogue[key]
    const form = this.#plurals.select(Number(values.count ?? 0))
    const text =
      typeof message === 'string' ? message : ((form === 'one' ? message.one : undefined) ?? message.other)
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name]
      return value === undefined ? whole : typeof value === 'number' ? this.number(value) : value
    })
  }

  number(value: number | null | undefined, digits = 0): string {
    if (value === null || value === undefined || !Number.isFinite(value)) return '–'
    return new Intl.NumberFormat(this.language, { maximumFractionDigits: digits }).format(value)
  }

  percent(share: number): string {
    return new Intl.NumberFormat(this.language, { style: 'percent' }).format(share)
  }

  /** Decimal units, as Finder and the hub count. */
  bytes(value: number | null | undefined): string {
    if (value === null || value === undefined) return '–'
    const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']
    const power = Math.min(units.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3))
    return new Intl.NumberFormat(this.language, {
      style: 'unit',
      unit: units[power] ?? 'byte',
      maximumFractionDigits: power < 2 ? 0 : 1,
    }).format(value / 1000 ** power)
  }

  degrees(value: number | null | undefined): string {
    return value === null || value === undefined ? '–' : this.#unit(value, 'celsius', 0)
  }

  watts(value: number | null | undefined): string {
    return value === null || value === undefined ? '–' : `${this.number(value)} W`
  }

  /** `a, b, c`. */
  list(texts: readonly string[]): string {
    return new Intl.ListFormat(this.language, { style: 'short', type: 'unit' }).format(texts)
  }

  duration(milliseconds: number | null | undefined): string {
    if (milliseconds === null || milliseconds === undefined) return '–'
    if (milliseconds < 1000) return this.#unit(milliseconds, 'millisecond', 0)
    const seconds = milliseconds / 1000
    if (seconds < 90) return this.#unit(seconds, 'second', seconds < 10 ? 1 : 0)
    return seconds < 5400 ? this.#unit(seconds / 60, 'minute', 0) : this.#unit(seconds / 3600, 'hour', 1)
  }

  time(milliseconds: number | null): string {
    if (milliseconds === null) return '–'
    const today = new Date(milliseconds).toDateString() === new Date().toDateString()
    const style = today
      ? ({ timeStyle: 'medium' } as const)
      : ({ dateStyle: 'medium', timeStyle: 'short' } as const)
    return new Intl.DateTimeFormat(this.language, style).format(milliseconds)
  }

  /** Beside an axis, where there is little room. */
  tick(milliseconds: number, withDay: boolean): string {
    const style = withDay ? ({ month: 'short', day: 'numeric' } as const) : ({ timeStyle: 'short' } as const)
    return new Intl.DateTimeFormat(this.language, style).format(milliseconds)
  }

  date(milliseconds: number | null): string {
    return milliseconds === null
      ? '–'
      : new Intl.DateTimeFormat(this.language, { dateStyle: 'medium' }).format(milliseconds)
  }

  #unit(value: number, unit: string, digits: number): string {
    return new Intl.NumberFormat(this.language, {
      style: 'unit',
      unit,
      unitDisplay: 'short',
      maximumFractionDigits: digits,
    }).format(value)
  }
}

const WordsContext = createContext(new Words('en', en))

export function useWords(): Words {
  return useContext(WordsContext)
}

/** Gives everything inside the texts of the chosen language; until they are there, those of the one before. */
export function WordsProvider({ choice, children }: { choice: 'system' | Language; children: ReactNode }) {
  const language = choice === 'system' ? preferredLanguage(navigator.languages) : choice
  const [loaded, setLoaded] = useState<{ language: Language; catalogue: Catalogue }>({
    language: 'en',
    catalogue: en,
  })
  useEffect(() => {
    let wanted = true
    loadCatalogue(language).then(
      catalogue => wanted && setLoaded({ language, catalogue }),
      // The core is gone, and the texts with it: those that are there stay.
      () => undefined,
    )
    return () => {
      wanted = false
    }
  }, [language])
  useEffect(() => {
    document.documentElement.lang = loaded.language
  }, [loaded.language])
  const words = useMemo(() => new Words(loaded.language, loaded.catalogue), [loaded])
  return <WordsContext value={words}>{children}</WordsContext>
}
