import { useChoices } from '../../choices.ts'
import { useCore } from '../../core.ts'
import { Section } from '../../parts/page.tsx'
import { Select } from '../../parts/select.tsx'
import { type Language, languages } from '../../words/languages.ts'
import { useWords } from '../../words/words.tsx'

const themes = ['system', 'light', 'dark'] as const

/** How this browser shows the dashboard. */
export function Appearance() {
  const words = useWords()
  const { choices } = useCore()
  const { theme, language } = useChoices(choices)
  return (
    <Section title={words.say('appearance')} note={words.say('appearanceNote')}>
      <div className="line">
        <Select
          label={words.say('theme')}
          value={theme}
          onChange={value => choices.set({ theme: value as typeof theme })}
        >
          {themes.map(name => (
            <option key={name} value={name}>
              {words.say(`theme-${name}`)}
            </option>
          ))}
        </Select>
        <Select
          label={words.say('language')}
          value={language}
          onChange={value => choices.set({ language: value as 'system' | Language })}
        >
          <option value="system">{words.say('theme-system')}</option>
          {Object.entries(languages).map(([tag, name]) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </Select>
      </div>
    </Section>
  )
}
