import { Host } from '../tray/host.ts'
import type { Base } from './base.ts'
import type { Models } from './models.ts'

/** Brings the place for what the menu bar tells of the machine. */
export function startTray({ bus, clock }: Base, { residency }: Models): Host {
  return new Host({ bus, clock, relieve: () => residency.relieve() })
}
