import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Call } from './cli/command.ts'
import { startBase } from './compose/base.ts'
import { startConversions } from './compose/conversions.ts'
import { type Doors, openDoors } from './compose/doors.ts'
import { startDownloads } from './compose/downloads.ts'
import { startLibrary } from './compose/library.ts'
import { type Models, startModels } from './compose/models.ts'
import { startMonitoring } from './compose/monitoring.ts'
import { startSecurity } from './compose/security.ts'
import { startTray } from './compose/tray.ts'
import type { ExitReason } from './contract/exit-codes.ts'
import { publishEndpoint, withdrawEndpoint } from './platform/endpoint-file.ts'
import { totalMemory } from './platform/memory.ts'
import type { Paths } from './platform/paths.ts'
import { releaseMemory } from './platform/release-memory.ts'
import { refuseUnsupported, thisMachine } from './platform/supported.ts'
import { version } from './platform/version.ts'
import { announcement } from './system/announce.ts'
import { Life } from './system/life.ts'
import { MachineFacts } from './system/machine/machine.ts'
import { listenForTheEnd } from './system/signals.ts'

/** The sign-in link printed at start; `impetus open` makes new ones. */
const firstCodeSeconds = 600
/** How long the announcement waits for the models to be looked for, to be able to name one. */
const modelLookMilliseconds = 1000
/** Whoever starts it to ask something has asked by then. */
const tidyUpMilliseconds = 6000
/** After the drain, everything else has this long to end in order. */
const lastEndMilliseconds = 10_000

/** The server's whole life: parts are made and started, and stopped in reverse order. */
export async function run(call: Call): Promise<ExitReason> {
  refuseUnsupported(thisMachine(call.env))
  // Whatever a part writes is for this user alone.
  process.umask(0o077)
  await using stack = new AsyncDisposableStack()
  const base = await startBase(call, stack)
  const startedAt = base.clock.now()
  const security = startSecurity(base, stack)
  const models = await startModels(call, base, stack)
  const machine = new MachineFacts()
  const downloads = await startDownloads(call, base, models, security, machine, stack)
  const onBattery = () => host.current()?.power?.source === 'battery'
  const library = await startLibrary({ call, base, models, security, onBattery }, stack)
  const conversions = await startConversions(base, models, stack)
  const host = startTray(base, models)
  const monitoring = startMonitoring({ base, security, models, downloads, host, startedAt }, stack)
  const life = new Life(base.bus, () => models.active.count)
  const { paths, log } = base
  const end = listenForTheEnd({
    life,
    log,
    supervised: call.switches.has('supervised'),
    cleanUp: () => leaveNothing(paths),
  })
  stack.defer(() => end.stop())
  const strictPort = call.switches.has('strict-port')
  const parts = {
    base,
    security,
    models,
    downloads,
    library,
    machine,
    conversions,
    host,
    monitoring,
    life,
    startedAt,
    strictPort,
  }
  const doors = await openDoors(parts, stack)
  publishEndpoint(paths.endpoint, { pid: process.pid, version: version(), startedAt, ...doors.address })
  stack.defer(() => withdrawEndpoint(paths.endpoint))
  life.enter('running')
  if (models.scripted) log.warn('The scripted engine answers: canned words for tests, no model at all')
  log.info('Impetus has started', { version: version(), address: doors.address.url, process: process.pid })

  await Promise.race([models.library.settled(), sleep(modelLookMilliseconds, undefined, { ref: false })])
  const { code } = security.signIn.createCode(firstCodeSeconds)
  const model = models.library.default()
  const facts = {
    version: version(),
    ...doors.address,
    model: model?.id ?? null,
    modelNote: model?.description ?? null,
    signInLink: `${doors.address.url}/#code=${code}`,
    openOverTcp: !doors.address.tls && !base.settings.current.server.requireKey,
    scripted: models.scripted,
    portTaken: doors.taken,
    firstStart: base.database.origin === 'created',
    modelsFolder: paths.models,
    totalMemory: totalMemory(),
  }
  call.io.stdout.write(`${call.json ? JSON.stringify(facts) : announcement(facts)}\n`)

  setTimeout(() => models.active.count === 0 && releaseMemory(), tidyUpMilliseconds).unref()

  const { why } = await life.ending
  log.info('Impetus is ending', { why })
  life.enter('draining')
  await drain(doors, models, life, base.settings.current.server.drainSeconds)
  life.enter('stopped')
  const late = setTimeout(() => {
    log.error('Something does not end; leaving it behind')
    leaveNothing(paths)
    process.exit(70)
  }, lastEndMilliseconds)
  await stack.disposeAsync()
  clearTimeout(late)
  return end.defect() ? 'internal' : 'ok'
}

async function drain(doors: Doors, models: Models, life: Life, seconds: number): Promise<void> {
  models.active.refuseNew()
  await doors.drain(AbortSignal.any([life.hurry, AbortSignal.timeout(seconds * 1000)]))
}

/** What other programs would take for a running core. */
function leaveNothing(paths: Paths): void {
  rmSync(paths.endpoint, { force: true })
  rmSync(paths.socket, { force: true })
}
