import { expect, it } from 'vitest'
import { createBreather } from './breathe.ts'

it('lets timers run while work never ends', async () => {
  const breathe = createBreather()
  let ticks = 0
  const timer = setInterval(() => (ticks += 1), 1)
  const until = performance.now() + 100
  while (performance.now() < until) await breathe()
  clearInterval(timer)
  expect(ticks).toBeGreaterThan(3)
})
