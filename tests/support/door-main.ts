import { openDoor } from './door.ts'

// A door in a process of its own, for tests that limit the process.
const door = await openDoor()
process.stdout.write(`${JSON.stringify({ port: door.port, socketPath: door.socketPath })}\n`)
process.on('SIGTERM', () => door.close().then(() => process.exit(0)))
