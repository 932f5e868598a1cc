import Button from 'antd/es/button'
import type { HomeLayoutBlock } from '../../../core/contract/home-layout.ts'
import { Section } from '../../parts/page.tsx'
import { Select } from '../../parts/select.tsx'
import { useWords } from '../../words/words.tsx'
import { blockNames } from './block-names.ts'
import { moved, resized, toggled } from './layout.ts'

interface ArrangeProps {
  readonly blocks: readonly HomeLayoutBlock[]
  readonly set: (blocks: readonly HomeLayoutBlock[]) => void
  readonly reset: () => void
}

const sizes = ['S', 'M', 'L'] as const

/** Every block with what can be done with it: move, size, show and hide. A list, so that it needs no mouse. */
export function Arrange({ blocks, set, reset }: ArrangeProps) {
  const words = useWords()
  const shown = blocks.filter(block => block.shown)
  return (
    <Section
      title={words.say('arrangeHome')}
      note={words.say('arrangeNote')}
      actions={
        <Button size="small" onClick={reset}>
          {words.say('asAtFirst')}
        </Button>
      }
    >
      <ul className="arrange">
        {blocks.map(({ name, size, shown: isShown }) => {
          const title = words.say(blockNames[name])
          const place = shown.findIndex(block => block.name === name)
          return (
            <li key={name}>
              <label>
                <input type="checkbox" checked={isShown} onChange={() => set(toggled(blocks, name))} />{' '}
                {title}
              </label>
              {isShown && (
                <span className="actions">
                  <Select
                    label={words.say('sizeOf', { name: title })}
                    hideLabel
                    value={size}
                    onChange={value => set(resized(blocks, name, sizes.find(one => one === value) ?? size))}
                  >
                    {sizes.map(one => (
                      <option key={one} value={one}>
                        {words.say(`size-${one}`)}
                      </option>
                    ))}
                  </Select>
                  <Button
                    size="small"
                    disabled={place === 0}
                    aria-label={words.say('moveUp', { name: title })}
                    onClick={() => set(moved(blocks, name, -1))}
                  >
                    ↑
                  </Button>
                  <Button
                    size="small"
                    disabled={place === shown.length - 1}
                    aria-label={words.say('moveDown', { name: title })}
                    onClick={() => set(moved(blocks, name, 1))}
                  >
                    ↓
                  </Button>
                </span>
              )}
            </li>
          )
        })}
      </ul>
    </Section>
  )
}
