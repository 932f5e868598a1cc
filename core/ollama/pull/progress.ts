import type { Download } from '../../contract/downloads.ts'
import { type ErrorCode, errorCodes, ImpetusError } from '../../contract/errors.ts'
import type { Progress } from '../../contract/ollama-manage.ts'

/**
 * What Ollama's clients are told of a download in this state.
 *
 * @throws its own error when it has failed, `conflict` when somebody has stopped it
 */
export function progressOf(job: Download): Progress {
  switch (job.state) {
    case 'queued':
      return { status: 'pulling manifest' }
    case 'running':
      return pulling(job)
    case 'verifying':
      return { status: 'verifying sha256 digest' }
    case 'done':
      return { status: 'success' }
    case 'failed':
      throw new ImpetusError(
        codeOf(job.error?.code),
        job.error?.message ?? 'The download failed. Try it again.',
      )
    case 'paused':
    case 'cancelled':
      throw new ImpetusError(
        'conflict',
        `The download of ${job.name} was ${job.state}. Pull it again to go on.`,
      )
  }
}

/** One line for all parts: a client draws a bar for each digest, and the parts come at the same time. */
function pulling({ name, files, bytes, done }: Download): Progress {
  const sha256 = files[0]?.sha256 ?? null
  return {
    status: `pulling ${name}`,
    ...(sha256 !== null && { digest: `sha256:${sha256}` }),
    total: bytes,
    completed: done,
  }
}

function codeOf(code: string | undefined): ErrorCode {
  return code !== undefined && Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : 'download_failed'
}
