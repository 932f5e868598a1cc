import { useEffect, useSyncExternalStore } from 'react'
import { type Screen, screens } from '../screens.ts'

function screenInAddress(): Screen {
  const [name] = location.hash.slice(1).split('/')
  return screens.find(screen => screen.name === name) ?? screens[0]
}

function watchAddress(changed: () => void): () => void {
  addEventListener('hashchange', changed)
  return () => removeEventListener('hashchange', changed)
}

/**
 * The screen that the address names. The address changes by links and by the keys below, also between the first
 * painting and the first effect: that change must not be missed.
 */
export function useScreen(): Screen {
  return useSyncExternalStore(watchAddress, screenInAddress)
}

/** The part of a screen that the address names after a slash (`#activity/trends`); the first where it names none. */
export function useTab<T extends string>(tabs: readonly [T, ...T[]]): T {
  return useSyncExternalStore(watchAddress, () => {
    const [, name] = location.hash.split('/')
    return tabs.find(tab => tab === name) ?? tabs[0]
  })
}

/** ⌘1 to ⌘5 and ⌘, (Ctrl elsewhere) open the screens. */
export function useScreenKeys(): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!(event.metaKey || event.ctrlKey) || event.altKey || event.shiftKey) return
      const screen = screens.find(({ key }) => key === event.key)
      if (screen === undefined) return
      event.preventDefault()
      location.hash = screen.name
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
}
