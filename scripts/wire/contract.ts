import { startDownload } from '../../core/contract/downloads.ts'
import { streamTopics, topics } from '../../core/contract/events.ts'
import { listModels } from '../../core/contract/models.ts'
import { listProfiles } from '../../core/contract/profiles.ts'
import { getMemory } from '../../core/contract/residency.ts'
import { endpointFile, getStatus } from '../../core/contract/status.ts'
import { createTrayCode, hostFacts } from '../../core/contract/tray.ts'
import { swiftWire } from './swift.ts'

/** Where the Swift types of the wire lie, in the project. */
export const wireFile = 'MacTray/TrayKit/Wire/Wire.swift'

/** The Swift types of what the menu bar asks, posts and hears. */
export function wire(): string {
  return swiftWire({
    answers: {
      Status: getStatus.response,
      Endpoint: endpointFile,
      Models: listModels.response,
      Download: startDownload.response,
      Profiles: listProfiles.response,
      Memory: getMemory.response,
      SignInCode: createTrayCode.response,
    },
    requests: { HostFacts: hostFacts },
    topics: {
      ...streamTopics,
      'core.changed': topics['core.changed'],
      'model.changed': topics['model.changed'],
      'models.changed': topics['models.changed'],
      'request.started': topics['request.started'],
      'request.progress': topics['request.progress'],
      'request.finished': topics['request.finished'],
      'download.changed': topics['download.changed'],
      'download.removed': topics['download.removed'],
      'settings.changed': topics['settings.changed'],
    },
  })
}
