import type { Alert, AlertKind } from '../../contract/monitoring.ts'

type Facts = Pick<Alert, 'subject' | 'value' | 'threshold'>

/** What is wrong and what can be done about it, for a person. */
export const alertTexts: Readonly<Record<AlertKind, (facts: Facts) => string>> = {
  memory: ({ value }) =>
    `The memory is nearly full${value === null ? '' : ` (${percent(value)})`}. Unload a model, or use a smaller one.`,
  thermal: ({ value, threshold }) =>
    value === null || threshold === null
      ? 'The machine is so hot that it slows itself down. Answers take longer until it has cooled.'
      : `The machine is hot (${Math.round(value)} °C). Answers may take longer until it has cooled.`,
  crashLoop: ({ subject, value }) =>
    `The model "${subject}" ${value === null ? 'is set aside after crashing' : `has crashed ${value} times in ten minutes`}. Look at the log, or use another file of it.`,
  disk: ({ value }) =>
    `The disk with the models is nearly full${value === null ? '' : ` (${gigabytes(value)} left)`}. Delete a model that you do not need.`,
  downloadFailed: ({ subject }) =>
    `The download of ${subject} has failed. Try it again, or take it off the list.`,
  keyUnused: ({ subject, value }) =>
    `The key "${subject}" has not been used for ${Math.floor(value ?? 0)} days. Revoke it if nobody needs it.`,
  keyAbused: ({ value }) =>
    `${value} calls within ten minutes were refused, for a wrong key or beyond a key's limit. Look at the refused calls.`,
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`
}
