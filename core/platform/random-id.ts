import { randomUUID } from 'node:crypto'

/**
 * 32 hexadecimal digits that nobody has seen before, for ids that need not be secret (122 random bits). Node draws
 * UUIDs from a reserve: 0.5 µs, where `randomBytes` asks the system each time: 3 to 14 µs, twice a request.
 */
export function randomId(): string {
  return randomUUID().replaceAll('-', '')
}
