import type { Hono } from 'hono'
import { anthropicRoutes } from './anthropic/routes.ts'
import type { Models } from './compose/models.ts'
import { connectRoutes } from './connect/routes.ts'
import type { Conversions } from './conversion/conversions.ts'
import { conversionRoutes } from './conversion/routes.ts'
import type { DashboardFiles } from './dashboard/files.ts'
import type { HomeLayoutStore } from './dashboard/home-layout.ts'
import { dashboardRoutes, homeLayoutRoutes } from './dashboard/routes.ts'
import type { DownloadRoom } from './downloads/room.ts'
import { downloadRoutes } from './downloads/routes.ts'
import { documentRoutes } from './http/document.ts'
import type { Env } from './http/env.ts'
import type { EventHistory } from './http/event-history.ts'
import { eventRoutes } from './http/events.ts'
import { createFrame, type FrameParts } from './http/frame.ts'
import { pageRoutes } from './http/page.ts'
import { libraryFileRoutes } from './library/file-routes.ts'
import type { LibraryRoom } from './library/room.ts'
import { libraryRoutes } from './library/routes.ts'
import { llamaServerRoutes } from './llama-server/routes.ts'
import { lmStudioRoutes } from './lmstudio/routes.ts'
import type { Monitoring } from './monitoring/monitoring.ts'
import { monitoringRoutes } from './monitoring/routes.ts'
import { ollamaRoutes } from './ollama/routes.ts'
import { chatRequest } from './openai/chat/prompt.ts'
import { openAiRoutes } from './openai/routes.ts'
import { profileRoutes } from './profiles/routes.ts'
import { requestRoutes } from './requests/routes.ts'
import { residencyRoutes } from './residency/routes.ts'
import { browserCode, type SecurityRoutesParts, securityRoutes } from './security/routes.ts'
import { settingsRoutes } from './settings/routes.ts'
import type { SettingsStore } from './settings/settings.ts'
import { type SystemParts, systemRoutes } from './system/routes.ts'
import type { Host } from './tray/host.ts'
import { trayRoutes } from './tray/routes.ts'

export interface AppParts {
  readonly version: string
  /** The port opened for Ollama's clients; null where there is none. */
  readonly ollamaPort: () => number | null
  readonly frame: FrameParts
  readonly history: EventHistory
  readonly security: SecurityRoutesParts
  readonly settings: SettingsStore
  readonly models: Models
  readonly downloads: DownloadRoom
  readonly library: LibraryRoom
  readonly conversions: Conversions
  /** Null where none was built. */
  readonly dashboard: DashboardFiles | null
  readonly homeLayout: HomeLayoutStore
  readonly system: SystemParts
  /** What the menu bar tells of the machine. */
  readonly host: Host
  readonly monitoring: Monitoring
}

/** Mounts every room's routes on one app. */
export function buildApp(parts: AppParts): Hono<Env> {
  const app = createFrame(parts.frame)
  systemRoutes(app, parts.system)
  trayRoutes(app, { host: parts.host, createCode: () => browserCode(parts.security) })
  settingsRoutes(app, parts.settings)
  securityRoutes(app, parts.security)
  anthropicRoutes(app, parts.models)
  const { downloads } = parts.downloads
  ollamaRoutes(app, {
    ...parts.models,
    downloads,
    manager: parts.library.manager,
    givenNames: () => parts.library.parts.records.aliases.all,
    version: parts.version,
    ollamaPort: parts.ollamaPort,
  })
  lmStudioRoutes(app, parts.models)
  llamaServerRoutes(app, { ...parts.models, version: parts.version })
  openAiRoutes(app, { ...parts.models, version: parts.version })
  residencyRoutes(app, parts.models)
  profileRoutes(app, parts.models)
  requestRoutes(app, { ...parts.models, chatRequest })
  downloadRoutes(app, parts.downloads)
  libraryRoutes(app, parts.library)
  libraryFileRoutes(app, parts.library)
  connectRoutes(app, {
    ...parts.models,
    address: () => parts.system.address().url,
    needsKey: () => parts.settings.current.server.requireKey,
  })
  monitoringRoutes(app, { ...parts.models, monitoring: parts.monitoring, clock: parts.system.clock })
  conversionRoutes(app, { conversions: parts.conversions, audit: parts.security.audit })
  homeLayoutRoutes(app, parts.homeLayout)
  eventRoutes(app, parts.history)
  if (parts.dashboard === null) pageRoutes(app, parts.version)
  else dashboardRoutes(app, parts.dashboard)
  // Last, so that the document has every operation.
  documentRoutes(app, parts.version)
  return app
}
