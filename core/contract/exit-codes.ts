/**
 * How every role and command of `impetus` can end. The numbers are those of sysexits.h, so that service managers and
 * scripts know them; docs/cli.md shows the same table and a test holds the two together.
 */
export const exitCodes = {
  ok: { code: 0, meaning: 'Done. A server ended because it was asked to.' },
  failed: {
    code: 1,
    meaning: 'The command did its work and the answer is no: a check failed, a request was refused.',
  },
  usage: { code: 64, meaning: 'The command line is wrong; the message names the argument.' },
  unavailable: { code: 69, meaning: 'No core is running on this home, or it does not answer.' },
  internal: { code: 70, meaning: 'A defect in Impetus; the log has the details.' },
  cannotCreate: {
    code: 73,
    meaning: 'A folder or file cannot be created or written: permissions, owner or a full disk.',
  },
  temporary: {
    code: 75,
    meaning: 'Something else is in the way for now: the port is taken, or another core runs on this home.',
  },
  configuration: {
    code: 78,
    meaning: 'The settings or the environment are wrong or unsafe; the message names what.',
  },
  interrupted: { code: 130, meaning: 'Stopped by Ctrl-C.' },
} as const satisfies Record<string, { code: number; meaning: string }>

export type ExitReason = keyof typeof exitCodes
