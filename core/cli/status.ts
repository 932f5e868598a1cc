import { getStatus, type Status } from '../contract/status.ts'
import { CoreClient } from './client.ts'
import type { Call } from './command.ts'
import { answer, readableBytes, readableSeconds, table } from './output.ts'

export async function run(call: Call): Promise<undefined> {
  const status = await new CoreClient(call.paths()).call(getStatus)
  answer(call, status, describe(status))
}

function describe(status: Status): string {
  const { address, engine, models, requests, memory } = status
  return table([
    [
      'Impetus',
      `${status.version}, ${status.state} for ${readableSeconds(status.uptimeSeconds)} (process ${status.pid})`,
    ],
    [
      'Address',
      address.wantedPort === null ? address.url : `${address.url} (port ${address.wantedPort} was taken)`,
    ],
    ['Home', status.home ?? ''],
    ['Engine', engine.available ? engine.name : `${engine.name}, not available: ${engine.reason}`],
    ['Models', `${models.installed} installed, ${models.default ?? 'none'} by default`],
    ...models.states.map(model => [
      '',
      [
        `${model.id} ${model.state}`,
        ...(model.progress === null ? [] : [`${Math.round(model.progress * 100)} %`]),
        ...(model.reason === null ? [] : [model.reason]),
      ].join(', '),
    ]),
    ['Requests', `${requests.active} active`],
    [
      'Memory',
      `${readableBytes(memory.coreBytes)} core, ${readableBytes(memory.freeBytes)} of ${readableBytes(memory.totalBytes)} free`,
    ],
  ])
}
