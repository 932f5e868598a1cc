export type Scheme = 'light' | 'dark'

/** Every colour there is, once: antd's tokens and the style sheet's variables are both made from these. Text has 4.5:1 or more on both backgrounds. */
export const palettes = {
  light: {
    background: '#ffffff',
    chrome: '#f4f5f7',
    raised: '#ffffff',
    hover: '#e9ebef',
    text: '#1c1e21',
    muted: '#565c66',
    line: '#d5d8dd',
    field: '#8a909a',
    accent: '#0a5fd6',
    onAccent: '#ffffff',
    link: '#0a55c0',
    success: '#1a6e30',
    warning: '#855000',
    danger: '#b3261e',
    code: '#f4f5f7',
  },
  dark: {
    background: '#17181b',
    chrome: '#1f2125',
    raised: '#24262b',
    hover: '#2c2f35',
    text: '#e9eaec',
    muted: '#a7adb7',
    line: '#3a3e45',
    field: '#7d848f',
    accent: '#1f6fe5',
    onAccent: '#ffffff',
    link: '#7fb2ff',
    success: '#69c784',
    warning: '#e0a94f',
    danger: '#ff8d85',
    code: '#101114',
  },
} as const satisfies Record<Scheme, Record<string, string>>

/** Makes the colours of this scheme the style sheet's variables. */
export function paint(scheme: Scheme): void {
  const { style, dataset } = document.documentElement
  dataset.scheme = scheme
  style.colorScheme = scheme
  for (const [name, colour] of Object.entries(palettes[scheme])) {
    style.setProperty(`--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`, colour)
  }
}
