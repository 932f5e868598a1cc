import { memo } from 'react'
import { type Point, stripBox, stripLine } from './strip-path.ts'
import './strip.css'

interface StripProps {
  readonly points: readonly Point[]
  readonly now: number
  /** What the top stands for; where it is missing, the largest of the values. */
  readonly most?: number
  readonly label: string
}

/** Five minutes as a line. It has no scale: the figure beside it says how much it is now. */
export const Strip = memo(function Strip({ points, now, most, label }: StripProps) {
  const top = most ?? points.reduce((largest, { value }) => Math.max(largest, value ?? 0), 0)
  return (
    <svg
      className="strip"
      viewBox={`0 0 ${stripBox.width} ${stripBox.height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path d={stripLine(points, now, top)} />
    </svg>
  )
})
