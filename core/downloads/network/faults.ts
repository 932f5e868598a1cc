import { ImpetusError } from '../../contract/errors.ts'

const words: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name cannot be found. Check the connection to the internet',
  EAI_AGAIN: 'its name cannot be looked up. Check the connection to the internet',
  ECONNREFUSED: 'it refuses connections. Try again later',
  ECONNRESET: 'it cut the connection. Try again',
  EPIPE: 'it cut the connection. Try again',
  ETIMEDOUT: 'it does not answer. Check the connection to the internet',
  ENETUNREACH: 'there is no network. Check the connection to the internet',
  EHOSTUNREACH: 'it cannot be reached. Check the connection to the internet',
  ENETDOWN: 'the network is down. Check the connection to the internet',
  CERT_HAS_EXPIRED: 'its certificate has expired. Check the clock of this machine',
}

/** A connection's own error in words for a person. */
export function networkFault(error: unknown, url: URL): ImpetusError {
  const { code = '', name = '', message = '' } = error as NodeJS.ErrnoException
  // Of several addresses tried, the first one's error tells most.
  const first =
    error instanceof AggregateError ? (error.errors[0] as NodeJS.ErrnoException | undefined)?.code : undefined
  const why =
    words[code] ??
    words[first ?? ''] ??
    (/cert|tls|ssl/i.test(code)
      ? `its certificate is not trusted (${code}). Check for a proxy that reads traffic`
      : undefined) ??
    (code === '' && /aborted|hang up/.test(message) ? words.ECONNRESET : undefined) ??
    `it does not answer (${code || name}). Try again later`
  return new ImpetusError('hub_unavailable', `${url.host} cannot be reached: ${why}.`, { cause: error })
}

/** Whether trying again can help: not against a certificate or an address that is refused. */
export function isPassing(error: ImpetusError): boolean {
  const code = (error.cause as NodeJS.ErrnoException | undefined)?.code ?? ''
  return error.code === 'hub_unavailable' && !/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code)
}
