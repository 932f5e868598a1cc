import ConfigProvider from 'antd/es/config-provider'
import darkAlgorithm from 'antd/es/theme/themes/dark'
import defaultAlgorithm from 'antd/es/theme/themes/default'
import { type ReactNode, useLayoutEffect, useMemo, useSyncExternalStore } from 'react'
import type { Choices } from './choices.ts'
import { paint, palettes, type Scheme } from './palette.ts'

const darkQuery = matchMedia('(prefers-color-scheme: dark)')
const stillQuery = matchMedia('(prefers-reduced-motion: reduce)')

function useQuery(query: MediaQueryList): boolean {
  return useSyncExternalStore(
    changed => {
      query.addEventListener('change', changed)
      return () => query.removeEventListener('change', changed)
    },
    () => query.matches,
  )
}

/** Set by the core in the page that it sends; each response has its own. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''

/** antd in our colours and measures: system font, 13 px, controls of 28 px. */
export function Theme({ choice, children }: { choice: Choices['theme']; children: ReactNode }) {
  const systemDark = useQuery(darkQuery)
  const still = useQuery(stillQuery)
  const scheme: Scheme = choice === 'system' ? (systemDark ? 'dark' : 'light') : choice
  useLayoutEffect(() => paint(scheme), [scheme])
  const config = useMemo(() => tokens(scheme, still), [scheme, still])
  return (
    <ConfigProvider
      theme={config}
      csp={{ nonce }}
      button={{ autoInsertSpace: false }}
      wave={{ disabled: true }}
    >
      {children}
    </ConfigProvider>
  )
}

function tokens(scheme: Scheme, still: boolean) {
  const colours = palettes[scheme]
  return {
    algorithm: scheme === 'dark' ? darkAlgorithm : defaultAlgorithm,
    cssVar: { key: 'impetus' },
    hashed: false,
    token: {
      fontFamily: "-apple-system, system-ui, 'Segoe UI', sans-serif",
      fontSize: 13,
      controlHeight: 28,
      sizeStep: 3,
      borderRadius: 6,
      motion: !still,
      colorPrimary: colours.accent,
      colorLink: colours.link,
      colorLinkHover: colours.link,
      colorText: colours.text,
      colorTextSecondary: colours.muted,
      colorTextTertiary: colours.muted,
      colorTextDescription: colours.muted,
      colorTextPlaceholder: colours.muted,
      colorBgContainer: colours.background,
      colorBgElevated: colours.raised,
      colorBgLayout: colours.chrome,
      colorBorder: colours.field,
      colorBorderSecondary: colours.line,
      colorError: colours.danger,
      colorErrorText: colours.danger,
      colorSuccess: colours.success,
      colorWarning: colours.warning,
    },
  }
}
