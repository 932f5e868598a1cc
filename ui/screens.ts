import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import type { IconName } from './parts/icon.tsx'
import type { Key } from './words/languages.ts'

export interface Screen {
  /** In the address, after the #. */
  readonly name: string
  readonly title: Key
  readonly icon: IconName
  /** With ⌘ or Ctrl. */
  readonly key: string
  readonly page: LazyExoticComponent<ComponentType>
}

/** Every screen, in the sidebar's order. Each is fetched when it is opened. */
export const screens: readonly [Screen, ...Screen[]] = [
  { name: 'chat', title: 'chat', icon: 'chat', key: '2', page: lazy(() => import('./pages/chat/chat.tsx')) },
]
