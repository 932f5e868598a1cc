import { Line } from '@ant-design/charts'
import { useSyncExternalStore } from 'react'
import { palettes } from '../../../palette.ts'
import { useWords } from '../../../words/words.tsx'
import type { Datum } from './series.ts'

interface ChartProps {
  readonly title: string
  readonly data: readonly Datum[]
  readonly format: (value: number) => string
  readonly most?: number
  /** Whether the axis names days, rather than times of one. */
  readonly withDay: boolean
}

function watchScheme(changed: () => void): () => void {
  const observer = new MutationObserver(changed)
  observer.observe(document.documentElement, { attributeFilter: ['data-scheme'] })
  return () => observer.disconnect()
}

/** Lines over time, drawn once for what they show: this library keeps what it has drawn until its canvas goes. */
export function Chart({ title, data, format, most, withDay }: ChartProps) {
  const words = useWords()
  const scheme = useSyncExternalStore(watchScheme, () => document.documentElement.dataset.scheme)
  const colours = palettes[scheme === 'dark' ? 'dark' : 'light']
  const latest = data.findLast(({ value }) => value !== null)?.value ?? null
  const labels = { labelFill: colours.muted, labelOpacity: 1, labelFillOpacity: 1, labelFontSize: 11 }
  const line = {
    gridStroke: colours.line,
    gridStrokeOpacity: 1,
    gridLineDash: [0, 0],
    tickStroke: colours.line,
  }
  return (
    <figure>
      <h3>{title}</h3>
      <div className="chart" role="img" aria-label={`${title}: ${latest === null ? '–' : format(latest)}`}>
        <Line
          // Another scheme or time is another canvas.
          key={scheme}
          data={[...data]}
          xField="time"
          yField="value"
          colorField="name"
          animate={false}
          autoFit
          height={200}
          paddingRight={12}
          theme={{ view: { viewFill: 'transparent' } }}
          scale={{
            color: { range: [colours.link, colours.warning] },
            y: { domainMin: 0, ...(most !== undefined && { domainMax: most }), nice: most === undefined },
          }}
          style={{ lineWidth: 1.5 }}
          axis={{
            x: {
              ...labels,
              ...line,
              title: false,
              grid: false,
              labelAutoHide: true,
              line: true,
              lineStroke: colours.line,
              labelFormatter: (time: Date | number | string) => words.tick(new Date(time).getTime(), withDay),
            },
            y: { ...labels, ...line, title: false, labelFormatter: format, tickCount: 4 },
          }}
          legend={{
            color: {
              position: 'top',
              itemLabelFill: colours.text,
              itemLabelFontSize: 12,
              itemMarker: 'square',
              itemMarkerSize: 8,
            },
          }}
          tooltip={{
            title: (datum: Datum) => words.time(datum.time.getTime()),
            items: [{ channel: 'y', valueFormatter: format }],
          }}
        />
      </div>
    </figure>
  )
}
