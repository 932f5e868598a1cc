import { useEffect, useMemo, useState } from 'react'
import type { ValueOf } from '../../../api.ts'
import { useData } from '../../../data.ts'
import { Empty, FailureNote, Loading, Section } from '../../../parts/page.tsx'
import { Select } from '../../../parts/select.tsx'
import type { Key } from '../../../words/languages.ts'
import { useWords, type Words } from '../../../words/words.tsx'
import { Chart } from './chart.tsx'
import { Events } from './events.tsx'
import { cachedShare, dataOf, type Line, type Range, rangeNames, ranges, rate } from './series.ts'

type History = ValueOf<'getHistory'>

/** What was measured over hours, days and weeks. It is drawn once: nothing in it is live. */
export default function Trends() {
  const words = useWords()
  const [range, setRange] = useState<Range>('hours')
  // Kept while the range stays: another look would draw every chart anew.
  const from = useMemo(() => Date.now() - ranges[range], [range])
  const history = useData('getHistory', { query: { from, points: 240 } })
  const { value, failure, refresh } = history
  const isEmpty = value !== undefined && value.samples.length < 2
  useEffect(() => {
    // The core writes what it measured every ten seconds: soon there is something.
    const timer = isEmpty ? setInterval(refresh, 5000) : undefined
    return () => clearInterval(timer)
  }, [isEmpty, refresh])
  return (
    <>
      <Section
        title={words.say('trends')}
        note={value && words.say('averageOf', { time: words.duration(value.step * 1000) })}
        actions={
          <Select
            label={words.say('range')}
            hideLabel
            value={range}
            onChange={name => setRange(name as Range)}
          >
            {rangeNames.map(name => (
              <option key={name} value={name}>
                {words.say(`range-${name}`)}
              </option>
            ))}
          </Select>
        }
      >
        {failure && <FailureNote failure={failure} retry={refresh} />}
        {value === undefined && !failure && <Loading />}
        {isEmpty && <Empty>{words.say('noHistory')}</Empty>}
        {value && !isEmpty && <Charts history={value} words={words} withDay={ranges[range] > ranges.day} />}
      </Section>
      <Events from={from} />
    </>
  )
}

interface Shown {
  readonly title: Key
  readonly lines: readonly Line[]
  readonly format: (value: number) => string
  /** Where the axis ends, for what has an end. */
  readonly most?: number
}

function chartsOf(words: Words): readonly Shown[] {
  const name = (key: Key) => words.say(key)
  return [
    {
      title: 'trend-speed',
      lines: [
        { name: name('series-written'), pick: one => rate(one.written, one) },
        { name: name('series-prompt'), pick: one => rate(one.prompt, one) },
      ],
      format: value => words.number(value, 1),
    },
    {
      title: 'trend-requests',
      lines: [
        { name: name('outcome-finished'), pick: one => one.finished },
        { name: name('outcome-failed'), pick: one => one.failed },
      ],
      format: value => words.number(value),
    },
    {
      title: 'trend-load',
      lines: [
        { name: name('cpu'), pick: one => one.cpu },
        { name: name('gpu'), pick: one => one.gpu },
      ],
      format: value => words.percent(value),
      most: 1,
    },
    {
      title: 'trend-memory',
      lines: [
        { name: name('series-all'), pick: one => one.memoryUsed },
        { name: name('series-models'), pick: one => one.modelsMemory },
      ],
      format: value => words.bytes(value),
    },
    {
      title: 'trend-cache',
      lines: [{ name: name('cacheHits'), pick: cachedShare, joins: true }],
      format: value => words.percent(value),
      most: 1,
    },
    {
      title: 'temperature-of',
      lines: [{ name: name('temperature-of'), pick: one => one.temperature }],
      format: value => words.degrees(value),
    },
  ]
}

/** A chart for everything of which something is known. */
function Charts({ history, words, withDay }: { history: History; words: Words; withDay: boolean }) {
  const charts = useMemo(
    () =>
      chartsOf(words)
        .map(chart => ({ ...chart, data: dataOf(history.samples, history.step, chart.lines) }))
        .filter(({ data }) => data.length > 0),
    [history, words],
  )
  return (
    <div className="charts">
      {charts.map(({ title, data, format, most }) => (
        <Chart
          key={title}
          title={words.say(title)}
          data={data}
          format={format}
          withDay={withDay}
          {...(most === undefined ? {} : { most })}
        />
      ))}
    </div>
  )
}
