import { en } from './en.ts'

/** A text; where it counts something, one for each plural form of the language. `{name}` is filled in. */
export type Message = string | { readonly one?: string; readonly other: string }
export type Key = keyof typeof en
export type Catalogue = Readonly<Record<Key, Message>>

/** The languages there are, each by its own name. */
export const languages = {
  en: 'English',
  de: 'Deutsch',
  es: 'Español',
  fr: 'Français',
  ja: '日本語',
  zh: '简体中文',
} as const
export type Language = keyof typeof languages

const loaders: Readonly<Record<Exclude<Language, 'en'>, () => Promise<Catalogue>>> = {
  de: async () => (await import('./de.ts')).de,
  es: async () => (await import('./es.ts')).es,
  fr: async () => (await import('./fr.ts')).fr,
  ja: async () => (await import('./ja.ts')).ja,
  zh: async () => (await import('./zh.ts')).zh,
}

/** English comes with the page; the others are fetched when they are wanted. */
export function loadCatalogue(language: Language): Promise<Catalogue> {
  return language === 'en' ? Promise.resolve(en) : loaders[language]()
}

/** The first of the browser's languages that there is. */
export function preferredLanguage(wanted: readonly string[]): Language {
  const known = wanted.map(tag => tag.split('-')[0] ?? '').find(tag => tag in languages)
  return (known as Language | undefined) ?? 'en'
}
