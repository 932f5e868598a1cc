import { useEffect, useState } from 'react'
import type { RequestRow } from '../../requests.ts'
import { useWords } from '../../words/words.tsx'
import { bucketTokens, strip } from './strip.ts'

/** Tokens written in the last five minutes, ten seconds to a bar. */
export function SpeedStrip({ rows }: { rows: readonly RequestRow[] }) {
  const words = useWords()
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), strip.bucketMilliseconds)
    return () => clearInterval(timer)
  }, [])
  // A fact may be newer than the last tick.
  const latest = Math.max(now, rows.at(-1)?.finishedAt ?? 0)
  const buckets = bucketTokens(rows, latest)
  const most = Math.max(...buckets)
  const total = buckets.reduce((sum, one) => sum + one, 0)
  const text = words.say('tokensInFive', { count: total })
  return (
    <figure className="strip">
      <svg viewBox={`0 0 ${buckets.length * 10} 60`} preserveAspectRatio="none" role="img" aria-label={text}>
        {buckets.map((tokens, place) => {
          const height = most === 0 ? 0 : (tokens / most) * 58
          // biome-ignore lint/suspicious/noArrayIndexKey: a bar is its place
          return <rect key={place} x={place * 10 + 1} y={60 - height} width={8} height={height} />
        })}
      </svg>
      <figcaption className="muted">{text}</figcaption>
    </figure>
  )
}
