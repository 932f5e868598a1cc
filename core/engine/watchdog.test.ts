import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { defaultWatchdog, hungStep, Silence } from './watchdog.ts'

describe('a step', () => {
  test.each([
    { step: null, lastStep: 10, hung: false },
    { step: 59_000, lastStep: 10, hung: false },
    { step: 61_000, lastStep: 10, hung: true },
    { step: 61_000, lastStep: 4_000, hung: false },
    { step: 81_000, lastStep: 4_000, hung: true },
  ])('of $step ms after one of $lastStep ms hangs: $hung', ({ step, lastStep, hung }) => {
    expect(hungStep(step, lastStep, defaultWatchdog) !== undefined).toBe(hung)
  })
})

describe('silence', () => {
  const limits = { ...defaultWatchdog, silence: 800 }
  beforeEach(() => vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }))
  afterEach(() => vi.useRealTimers())

  test('is told once when it lasts', () => {
    const told = vi.fn()
    const silence = new Silence(limits, told)
    silence.heard()
    vi.advanceTimersByTime(700)
    expect(told).not.toHaveBeenCalled()
    vi.advanceTimersByTime(5_000)
    expect(told).toHaveBeenCalledOnce()
    expect(told).toHaveBeenCalledWith('it gave no sign of life for 0.8 s')
    silence.stop()
  })

  test('before the first sign of life is a process that starts, and has the default time', () => {
    const told = vi.fn()
    const silence = new Silence(limits, told)
    vi.advanceTimersByTime(14_000)
    expect(told).not.toHaveBeenCalled()
    vi.advanceTimersByTime(2_000)
    expect(told).toHaveBeenCalledWith('it gave no sign of life for 15.0 s')
    silence.stop()
  })

  test('ends with every sign of life', () => {
    const told = vi.fn()
    const silence = new Silence(limits, told)
    for (let round = 0; round < 20; round++) {
      vi.advanceTimersByTime(500)
      silence.heard()
    }
    expect(told).not.toHaveBeenCalled()
    silence.stop()
  })

  test('of a core that was itself asleep counts for little', () => {
    const told = vi.fn()
    const silence = new Silence(limits, told)
    const now = performance.now()
    vi.spyOn(performance, 'now').mockReturnValue(now + 60_000)
    vi.advanceTimersByTime(100)
    expect(told).not.toHaveBeenCalled()
    silence.stop()
  })
})
