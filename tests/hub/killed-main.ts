import { Home, TestRoom } from './room.ts'

// The room in a process of its own, to be killed. It downloads one reference and says how far it is.
const [endpoint, folder, reference] = process.argv.slice(2) as [string, string, string]
const home = new Home(folder)
const test = await TestRoom.start(endpoint, home)
const say = (word: string) => process.stdout.write(`${word}\n`)
const { id } = await test.add(reference)
say(`resumed ${test.room.downloads.get(id).done}`)
await test.until(id, 'done')
say('done')
await test[Symbol.asyncDispose]()
