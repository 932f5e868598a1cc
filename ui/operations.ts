import type * as audit from '../core/contract/audit.ts'
import type * as chat from '../core/contract/chat.ts'
import type * as clients from '../core/contract/clients.ts'
import type * as conversions from '../core/contract/conversions.ts'
import type * as downloads from '../core/contract/downloads.ts'
import type { Operation } from '../core/contract/endpoint.ts'
import type * as homeLayout from '../core/contract/home-layout.ts'
import type * as hub from '../core/contract/hub.ts'
import type * as keys from '../core/contract/keys.ts'
import type * as library from '../core/contract/library.ts'
import type * as models from '../core/contract/models.ts'
import type * as monitoring from '../core/contract/monitoring.ts'
import type * as requests from '../core/contract/requests.ts'
import type * as residency from '../core/contract/residency.ts'
import type * as settings from '../core/contract/settings.ts'
import type * as signIn from '../core/contract/sign-in.ts'
import type * as status from '../core/contract/status.ts'

/** The contract's values, as types only: schemas stay in the core. */
type Contract = typeof audit &
  typeof chat &
  typeof clients &
  typeof conversions &
  typeof downloads &
  typeof homeLayout &
  typeof hub &
  typeof keys &
  typeof library &
  typeof models &
  typeof monitoring &
  typeof requests &
  typeof residency &
  typeof settings &
  typeof signIn &
  typeof status

type OperationsOf<C> = { [K in keyof C as C[K] extends Operation ? K : never]: C[K] }
export type Operations = OperationsOf<Contract>
type Place<O> = O extends Operation ? { readonly method: O['method']; readonly path: O['path'] } : never

/**
 * Where the operations that the dashboard calls are. The contract declares them; a method or path that differs from
 * what is written there does not compile.
 */
export const operations = {
  cancelConversion: { method: 'post', path: '/api/conversions/:id/cancel' },
  cancelDownload: { method: 'post', path: '/api/downloads/:id/cancel' },
  createChatCompletion: { method: 'post', path: '/v1/chat/completions' },
  createKey: { method: 'post', path: '/api/keys' },
  getHomeLayout: { method: 'get', path: '/api/home-layout' },
  getHubModel: { method: 'get', path: '/api/hub/models/:owner/:name' },
  getHistory: { method: 'get', path: '/api/monitoring/history' },
  getLibraryModel: { method: 'get', path: '/api/library/models/:id' },
  getMemory: { method: 'get', path: '/api/memory' },
  getMonitoring: { method: 'get', path: '/api/monitoring' },
  getRequest: { method: 'get', path: '/api/requests/:id' },
  getSettings: { method: 'get', path: '/api/settings' },
  getSettingsSchema: { method: 'get', path: '/api/settings/schema' },
  getStatus: { method: 'get', path: '/api/status' },
  listAlerts: { method: 'get', path: '/api/monitoring/alerts' },
  listClients: { method: 'get', path: '/api/clients' },
  listConversions: { method: 'get', path: '/api/conversions' },
  listDownloads: { method: 'get', path: '/api/downloads' },
  listHistoryEvents: { method: 'get', path: '/api/monitoring/events' },
  listInsights: { method: 'get', path: '/api/monitoring/insights' },
  listKeys: { method: 'get', path: '/api/keys' },
  listLibrary: { method: 'get', path: '/api/library' },
  listModels: { method: 'get', path: '/v1/models' },
  listSessions: { method: 'get', path: '/api/sessions' },
  loadModel: { method: 'post', path: '/api/models/:id/load' },
  pauseDownload: { method: 'post', path: '/api/downloads/:id/pause' },
  readAudit: { method: 'get', path: '/api/audit' },
  removeDownload: { method: 'delete', path: '/api/downloads/:id' },
  resetHomeLayout: { method: 'delete', path: '/api/home-layout' },
  resumeDownload: { method: 'post', path: '/api/downloads/:id/resume' },
  retryDownload: { method: 'post', path: '/api/downloads/:id/retry' },
  revokeKey: { method: 'delete', path: '/api/keys/:id' },
  revokeSession: { method: 'delete', path: '/api/sessions/:id' },
  searchHub: { method: 'get', path: '/api/hub/models' },
  setHomeLayout: { method: 'put', path: '/api/home-layout' },
  signIn: { method: 'post', path: '/api/sign-in' },
  startConversion: { method: 'post', path: '/api/conversions' },
  startDownload: { method: 'post', path: '/api/downloads' },
  unloadModel: { method: 'post', path: '/api/models/:id/unload' },
  updateSettings: { method: 'patch', path: '/api/settings' },
  whoAmI: { method: 'get', path: '/api/session' },
} as const satisfies { readonly [K in keyof Operations]?: Place<Operations[K]> }

export type Name = keyof typeof operations
