/**
 * The longest time in milliseconds that this thread computed without giving the event loop a turn, while `work` ran.
 * Measured in processor time of the thread: on a busy machine wall time would count what others compute.
 */
export async function longestStall(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let last = cpuMilliseconds()
  let turns = 0
  let running = true
  const look = () => {
    const now = cpuMilliseconds()
    longest = Math.max(longest, now - last)
    last = now
    turns++
    if (running) setImmediate(look)
  }
  setImmediate(look)
  await work()
  running = false
  if (turns === 0) throw new Error('the event loop never turned')
  return longest
}

function cpuMilliseconds(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
