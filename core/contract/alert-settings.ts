import { z } from 'zod'
import { setting } from './setting.ts'

/** When something is said to be wrong. Empty turns that alert off. */
export const alerts = z.object({
  memoryPercent: setting(z.number().min(10).max(100).nullable().default(95), {
    title: 'Memory nearly full',
    help: 'Percent of the memory in use. On a Mac with the menu bar app the system says so itself. Empty: no alert.',
  }),
  temperatureCelsius: setting(z.number().min(30).max(150).nullable().default(95), {
    title: 'Too hot',
    help: 'Degrees Celsius. On a Mac with the menu bar app the system says so itself. Empty: no alert.',
  }),
  diskFreeGigabytes: setting(z.number().min(0.001).max(100_000).nullable().default(5), {
    title: 'Disk nearly full',
    help: 'Gigabytes left where the models are. Empty: no alert.',
  }),
  crashes: setting(z.int().min(1).max(1000).nullable().default(3), {
    title: 'Crashes of a model',
    help: 'Within ten minutes. A model that is set aside is always told of. Empty: no alert.',
  }),
  failedDownloads: setting(z.boolean().default(true), {
    title: 'Downloads that failed',
    help: 'Until they are tried again or taken off the list.',
  }),
  keyUnusedDays: setting(z.number().min(1).max(3650).nullable().default(90), {
    title: 'Unused keys',
    help: 'Days without use after which a key had better be revoked. Empty: no alert.',
  }),
  refusedCalls: setting(z.int().min(1).max(100_000).nullable().default(20), {
    title: 'Refused calls',
    help: 'Calls within ten minutes with a wrong, expired or revoked key, or beyond a key’s limit. Empty: no alert.',
  }),
})
