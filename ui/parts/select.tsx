import type { ReactNode } from 'react'

interface SelectProps {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  readonly children: ReactNode
  readonly disabled?: boolean
  readonly hideLabel?: boolean
}

/** The system's own list: it is what a Mac user knows, and it weighs nothing. */
export function Select({ label, value, onChange, children, disabled, hideLabel }: SelectProps) {
  return (
    <label className="field">
      <span className={hideLabel ? 'hidden-label' : 'muted'}>{label}</span>
      <select
        className="select"
        value={value}
        disabled={disabled}
        onChange={event => onChange(event.target.value)}
      >
        {children}
      </select>
    </label>
  )
}
