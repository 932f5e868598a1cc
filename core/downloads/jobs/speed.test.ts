import { expect, it } from 'vitest'
import { Speed, secondsLeft } from './speed.ts'

it('is unknown until there is enough to tell', () => {
  const speed = new Speed()
  expect(speed.bytesPerSecond).toBeNull()
  speed.sample(0, 0)
  speed.sample(400, 1000)
  expect(speed.bytesPerSecond).toBeNull()
  speed.sample(500, 1000)
  expect(speed.bytesPerSecond).toBe(2000)
})

it('follows the last five seconds', () => {
  const speed = new Speed()
  for (let second = 0; second <= 20; second++) speed.sample(second * 1000, second <= 10 ? second * 100 : 1000)
  expect(speed.bytesPerSecond).toBe(0)
  expect(secondsLeft(500, speed.bytesPerSecond)).toBeNull()
  for (let second = 21; second <= 26; second++) speed.sample(second * 1000, 1000 + (second - 20) * 500)
  expect(speed.bytesPerSecond).toBe(500)
  expect(secondsLeft(1000, speed.bytesPerSecond)).toBe(2)
})

it('begins anew with the file', () => {
  const speed = new Speed()
  speed.sample(0, 0)
  speed.sample(1000, 5000)
  speed.sample(2000, 0)
  expect(speed.bytesPerSecond).toBeNull()
  speed.sample(3000, 700)
  expect(speed.bytesPerSecond).toBe(700)
})
