import type { Alert, MonitoringSample } from '../../contract/monitoring.ts'
import type { MemoryState, ModelState } from '../../residency/types.ts'
import type { ModelCounts } from './counters.ts'
import type { Metric, MetricValue } from './exposition.ts'

/** Everything that the exposition tells of. */
export interface MetricFacts {
  readonly version: string
  readonly startedAt: number
  readonly running: number
  readonly memory: MemoryState
  readonly models: readonly ModelState[]
  readonly counts: ReadonlyMap<string, ModelCounts>
  readonly alerts: readonly Alert[]
  /** Null before the first. */
  readonly sample: MonitoringSample | null
  readonly memoryTotal: number
  readonly coreMemory: number
}

/** Impetus' own metrics, then the ones by llama.cpp's server's names. Pure. */
export function metricsOf(facts: MetricFacts): Metric[] {
  return [...own(facts), ...machine(facts), ...llamaCpp(facts)]
}

function own(facts: MetricFacts): Metric[] {
  const { counts, memory, models, alerts } = facts
  const each = (value: (one: ModelCounts) => number) =>
    [...counts].map(([model, one]): MetricValue => ({ labels: { model }, value: value(one) }))
  const ofModels = (value: (one: ModelState) => number) =>
    models.map((one): MetricValue => ({ labels: { model: one.id }, value: value(one) }))
  const histogram = (pick: (one: ModelCounts) => ModelCounts['duration']) =>
    [...counts].flatMap(([model, one]) => pick(one).values({ model }))
  return [
    gauge('impetus_build_info', 'The version that runs', [{ labels: { version: facts.version }, value: 1 }]),
    gauge(
      'impetus_start_time_seconds',
      'When the core was started, in seconds since 1970',
      facts.startedAt / 1000,
    ),
    counter(
      'impetus_requests_total',
      'Requests that are over, by how they ended',
      [...counts].flatMap(([model, { outcomes }]) =>
        Object.entries(outcomes).map(([outcome, value]) => ({ labels: { model, outcome }, value })),
      ),
    ),
    gauge('impetus_requests_running', 'Requests being worked on or waiting', facts.running),
    gauge('impetus_requests_waiting', 'Requests that wait for a model or a slot', memory.waiting),
    counter(
      'impetus_prompt_tokens_total',
      'Tokens of prompts',
      each(one => one.promptTokens),
    ),
    counter(
      'impetus_cached_tokens_total',
      'Tokens of prompts that were not computed again',
      each(one => one.cachedTokens),
    ),
    counter(
      'impetus_completion_tokens_total',
      'Tokens written',
      each(one => one.completionTokens),
    ),
    {
      name: 'impetus_request_duration_seconds',
      help: 'From a request to the end of its answer',
      type: 'histogram',
      values: histogram(one => one.duration),
    },
    {
      name: 'impetus_first_token_seconds',
      help: 'From a request to the first token of its answer',
      type: 'histogram',
      values: histogram(one => one.firstToken),
    },
    gauge(
      'impetus_model_loaded',
      '1 for a model that can answer at once',
      ofModels(one => Number(one.state === 'loaded')),
    ),
    gauge(
      'impetus_model_memory_bytes',
      'Memory that a model takes',
      ofModels(one => one.bytes),
    ),
    gauge('impetus_models_memory_bytes', 'Memory that all models take', memory.usedBytes),
    gauge('impetus_models_memory_budget_bytes', 'Memory that all models may take', memory.budgetBytes),
    counter(
      'impetus_model_crashes_total',
      'Crashes of a model’s process',
      each(one => one.crashes),
    ),
    gauge(
      'impetus_alerts',
      'Alerts that are up, by kind',
      [...Map.groupBy(alerts, ({ kind }) => kind)].map(([kind, group]) => ({
        labels: { kind },
        value: group.length,
      })),
    ),
    gauge('impetus_core_memory_bytes', 'Resident memory of the core, without its models', facts.coreMemory),
  ]
}

function machine({ sample, memoryTotal }: MetricFacts): Metric[] {
  return [
    gauge('impetus_cpu_busy_ratio', 'Share of all processors that is busy', known(sample?.cpu)),
    gauge('impetus_memory_used_bytes', 'Memory in use, by all programs', known(sample?.memoryUsed)),
    gauge('impetus_memory_total_bytes', 'Memory that there is', memoryTotal),
    gauge('impetus_gpu_busy_ratio', 'Share of the GPU that is busy', known(sample?.gpu)),
    gauge('impetus_gpu_memory_used_bytes', 'Graphics memory in use', known(sample?.gpuMemory)),
    gauge('impetus_temperature_celsius', 'Of the processor, else of the GPU', known(sample?.temperature)),
    gauge(
      'impetus_thermal_state',
      '0 nominal, 1 fair, 2 serious: the system slows itself down, 3 critical',
      known(sample?.thermal),
    ),
    gauge('impetus_gpu_power_watts', 'Power that the GPU takes', known(sample?.watts)),
    gauge('impetus_battery_charge_ratio', 'Charge of the battery', known(sample?.charge)),
    gauge('impetus_disk_free_bytes', 'Room where the models are', known(sample?.diskFree)),
  ]
}

/** As llama.cpp's server counts: of all models together, prompts without what came from the cache. */
function llamaCpp({ counts, running, memory }: MetricFacts): Metric[] {
  const sum = (value: (one: ModelCounts) => number) =>
    [...counts.values()].reduce((total, one) => total + value(one), 0)
  const prompt = sum(one => one.promptTokens - one.cachedTokens)
  const promptSeconds = sum(one => one.prefillSeconds)
  const written = sum(one => one.completionTokens)
  const writtenSeconds = sum(one => one.decodeSeconds)
  return [
    counter('llamacpp:prompt_tokens_total', 'Number of prompt tokens processed.', prompt),
    counter('llamacpp:prompt_seconds_total', 'Prompt process time', promptSeconds),
    counter('llamacpp:tokens_predicted_total', 'Number of generation tokens processed.', written),
    counter('llamacpp:tokens_predicted_seconds_total', 'Predict process time', writtenSeconds),
    gauge(
      'llamacpp:prompt_tokens_seconds',
      'Average prompt throughput in tokens/s.',
      promptSeconds > 0 ? prompt / promptSeconds : [],
    ),
    gauge(
      'llamacpp:predicted_tokens_seconds',
      'Average generation throughput in tokens/s.',
      writtenSeconds > 0 ? written / writtenSeconds : [],
    ),
    gauge(
      'llamacpp:requests_processing',
      'Number of requests processing.',
      Math.max(0, running - memory.waiting),
    ),
    gauge('llamacpp:requests_deferred', 'Number of requests deferred.', memory.waiting),
  ]
}

function gauge(name: string, help: string, value: number | readonly MetricValue[]): Metric {
  return { name, help, type: 'gauge', values: typeof value === 'number' ? [{ value }] : value }
}

function counter(name: string, help: string, value: number | readonly MetricValue[]): Metric {
  return { ...gauge(name, help, value), type: 'counter' }
}

/** What is not known has no value, rather than 0. */
function known(value: number | null | undefined): readonly MetricValue[] {
  return value === null || value === undefined ? [] : [{ value }]
}
