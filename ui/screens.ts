import { type ComponentType, type LazyExoticComponent, lazy } from 'react'
import type { IconName } from './parts/icon.tsx'
import type { Key } from './words/languages.ts'

export interface Screen {
  /** In the address after the #, in the texts and among the icons. */
  readonly name: IconName & Key
  /** With ⌘ or Ctrl. */
  readonly key: string
  readonly page: LazyExoticComponent<ComponentType>
}

/** Every screen, in the sidebar's order. Each is fetched when it is opened. */
export const screens: readonly [Screen, ...Screen[]] = [
  { name: 'home', key: '1', page: lazy(() => import('./pages/home/home.tsx')) },
  { name: 'chat', key: '2', page: lazy(() => import('./pages/chat/chat.tsx')) },
  { name: 'models', key: '3', page: lazy(() => import('./pages/models/models.tsx')) },
  { name: 'connect', key: '4', page: lazy(() => import('./pages/connect/connect.tsx')) },
  { name: 'activity', key: '5', page: lazy(() => import('./pages/activity/activity.tsx')) },
  { name: 'settings', key: ',', page: lazy(() => import('./pages/settings/settings.tsx')) },
]
