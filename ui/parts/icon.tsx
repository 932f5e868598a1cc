const paths = {
  home: 'M3 8.5 10 3l7 5.5V17h-4.5v-5h-5v5H3z',
  chat: 'M3 4h14v10H9l-4 3v-3H3z',
  models: 'M10 2.5 17 6v8l-7 3.5L3 14V6zM3 6l7 3.5L17 6M10 9.5v8',
  connect: 'M7 3v4M13 3v4M5 7h10v3a5 5 0 0 1-10 0zM10 15v3',
  activity: 'M2.5 10.5H6l2.5-6 3.5 11 2.5-5h3',
  settings: 'M3 6h6m4 0h4M11 4v4M3 14h2m4 0h8M7 12v4',
  collapse: 'M3 4h14v12H3zM8 4v12',
  copy: 'M7 7h9v10H7zM4 13V3h9',
  send: 'M10 16V4M5 9l5-5 5 5',
  stop: 'M5.5 5.5h9v9h-9z',
  retry: 'M15.5 8A6 6 0 1 0 16 12M16 3.5V8h-4.5',
  plus: 'M10 4v12M4 10h12',
} as const

export type IconName = keyof typeof paths

/** A picture beside words: it says nothing to a screen reader. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" width="16" height="16" aria-hidden="true" focusable="false">
      <path
        d={paths[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
