import type { Hono } from 'hono'
import {
  getHistory,
  getMetrics,
  getMonitoring,
  listAlerts,
  listHistoryEvents,
  listInsights,
} from '../contract/monitoring.ts'
import type { Env } from '../http/env.ts'
import { serve } from '../http/serve.ts'
import type { Clock } from '../platform/clock.ts'
import type { Residency } from '../residency/types.ts'
import type { Monitoring } from './monitoring.ts'

export interface MonitoringRoutesParts {
  readonly monitoring: Monitoring
  readonly residency: Pick<Residency, 'memory'>
  readonly clock: Pick<Clock, 'now'>
}

/** Prometheus' name for its text format. */
const expositionType = 'text/plain; version=0.0.4; charset=utf-8'

/** Now, the history, what is wrong, what the history tells, and all of it for Prometheus. */
export function monitoringRoutes(
  app: Hono<Env>,
  { monitoring, residency, clock }: MonitoringRoutesParts,
): void {
  const { history, alerts, readings } = monitoring
  serve(app, getMonitoring, () => ({
    recent: [...monitoring.recent()],
    asked: readings.asked,
    absent: readings.absent(),
    memoryTotal: readings.memoryTotal,
    diskTotal: readings.diskTotal,
    modelsBudget: residency.memory().budgetBytes,
  }))
  serve(app, listAlerts, () => ({ alerts: alerts.board.list() }))
  serve(app, getHistory, ({ query: { from, to = clock.now(), points } }) => {
    const { step, samples } = history.samples(from, to, points)
    return { step: step / 1000, samples }
  })
  serve(app, listHistoryEvents, ({ query: { from, to = clock.now(), limit } }) => ({
    events: history.events(from, to, limit),
  }))
  serve(app, listInsights, () => ({ insights: monitoring.insights() }))
  serve(app, getMetrics, async ({ context }) =>
    context.body(await monitoring.metrics(), 200, { 'content-type': expositionType }),
  )
}
