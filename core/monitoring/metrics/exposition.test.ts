import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { figureNames } from '../../contract/monitoring.ts'
import type { RecentRequest } from '../../contract/requests.ts'
import { sampleAt } from '../monitoring.testing.ts'
import { Counters } from './counters.ts'
import { exposition } from './exposition.ts'
import { type MetricFacts, metricsOf } from './metrics.ts'

test('it is written as Prometheus reads it, and what is not known is left out', () => {
  const text = exposition([
    { name: 'a_total', help: 'Of\na\\b', type: 'counter', values: [{ labels: { m: 'x"y\\z\n' }, value: 2 }] },
    { name: 'b', help: 'None', type: 'gauge', values: [] },
    { name: 'c', help: 'Odd', type: 'gauge', values: [{ value: Number.POSITIVE_INFINITY }, { value: 1.5 }] },
  ])
  expect(text).toBe(
    '# HELP a_total Of\\na\\\\b\n# TYPE a_total counter\na_total{m="x\\"y\\\\z\\n"} 2\n' +
      '# HELP c Odd\n# TYPE c gauge\nc +Inf\nc 1.5\n',
  )
})

function facts(counters: Counters): MetricFacts {
  return {
    version: '1.2.3',
    startedAt: 5000,
    running: 3,
    memory: { budgetBytes: 100, usedBytes: 40, waiting: 1 },
    models: [
      {
        ...{
          id: 'm',
          state: 'loaded',
          progress: null,
          leases: 2,
          slots: 4,
          waiting: 0,
          contextLength: 100,
          reason: null,
        },
        ...{ bytes: 40, pinned: false, unloadsAt: null },
      },
    ],
    counts: counters.models,
    alerts: [],
    sample: sampleAt(0, { cpu: 0.5 }),
    memoryTotal: 1000,
    coreMemory: 80,
  }
}

const request: RecentRequest = {
  ...{ id: 'r', model: 'm', route: '/v1/completions', client: null, startedAt: 0, state: 'finished' },
  ...{ code: null, endReason: 'stop', promptTokens: 100, cachedTokens: 60, completionTokens: 20 },
  ...{
    reasoningTokens: 0,
    milliseconds: 3000,
    firstTokenMilliseconds: 300,
    tokensPerSecond: 10,
    cache: null,
  },
  timings: { queued: 0, prefill: 500, decode: 2000 },
}

test('counts are by model, and by llama.cpp’s names of all of them', () => {
  const counters = new Counters()
  counters.add(request)
  counters.add({ ...request, state: 'failed', timings: null, milliseconds: 20, firstTokenMilliseconds: null })
  counters.crashed('other')
  const text = exposition(metricsOf(facts(counters)))
  for (const line of [
    'impetus_build_info{version="1.2.3"} 1',
    'impetus_requests_total{model="m",outcome="finished"} 1',
    'impetus_requests_total{model="m",outcome="failed"} 1',
    'impetus_requests_running 3',
    'impetus_requests_waiting 1',
    'impetus_cached_tokens_total{model="m"} 120',
    'impetus_request_duration_seconds_bucket{model="m",le="2.5"} 1',
    'impetus_request_duration_seconds_bucket{model="m",le="5"} 2',
    'impetus_request_duration_seconds_bucket{model="m",le="+Inf"} 2',
    'impetus_request_duration_seconds_count{model="m"} 2',
    'impetus_first_token_seconds_count{model="m"} 1',
    'impetus_model_memory_bytes{model="m"} 40',
    'impetus_model_crashes_total{model="other"} 1',
    'impetus_cpu_busy_ratio 0.5',
    'llamacpp:prompt_tokens_total 80',
    'llamacpp:prompt_tokens_seconds 160',
    'llamacpp:tokens_predicted_total 40',
    'llamacpp:predicted_tokens_seconds 20',
    'llamacpp:requests_processing 2',
    'llamacpp:requests_deferred 1',
  ]) {
    expect(text).toContain(`\n${line}\n`)
  }
  expect(text).not.toContain('gpu_busy')
  // Every name once, every line a comment or a value.
  const names = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name)
  expect(new Set(names).size).toBe(names.length)
  for (const line of text.trimEnd().split('\n')) {
    expect(line).toMatch(/^(# (HELP|TYPE) [a-z_:]+ .+|[a-z_:]+(\{.*\})? [-+\w.]+)$/)
  }
})

test('docs/monitoring.md has every metric, and no other', () => {
  const counters = new Counters()
  counters.add(request)
  const everything = sampleAt(0, Object.fromEntries(figureNames.map(name => [name, 1])))
  const alerts = [{ kind: 'disk' }] as unknown as MetricFacts['alerts']
  const names = metricsOf({ ...facts(counters), sample: everything, alerts })
    .filter(({ values }) => values.length > 0)
    .map(({ name }) => name)
  const text = readFileSync(path.join(import.meta.dirname, '../../../docs/monitoring.md'), 'utf8')
  const documented = [...text.matchAll(/`((?:impetus_|llamacpp:)[a-z_]+)/g)].map(([, name]) => name)
  expect(documented.toSorted()).toEqual(names.toSorted())
})

test('before the first request no average is claimed', () => {
  const text = exposition(metricsOf(facts(new Counters())))
  expect(text).toContain('\nllamacpp:prompt_tokens_total 0\n')
  expect(text).not.toContain('llamacpp:prompt_tokens_seconds')
})
