import { Component, type ReactNode } from 'react'

interface Props {
  readonly children: ReactNode
  /** Another value brings the children back: another screen was opened. */
  readonly place: string
  readonly fallback: (again: () => void) => ReactNode
}

/** A defect of one screen leaves the others usable. */
export class ErrorBoundary extends Component<Props, { readonly failedAt: string | null }> {
  override state: { readonly failedAt: string | null } = { failedAt: null }

  static getDerivedStateFromError(): { failedAt: string } {
    return { failedAt: '' }
  }

  override componentDidUpdate(before: Props): void {
    if (before.place !== this.props.place && this.state.failedAt !== null) this.setState({ failedAt: null })
  }

  override render(): ReactNode {
    if (this.state.failedAt === null) return this.props.children
    return this.props.fallback(() => this.setState({ failedAt: null }))
  }
}
