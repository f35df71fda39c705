import { describe, expect, it } from 'vitest'
import { placeWindow } from './window-place.ts'

const screen = { x: 0, y: 0, width: 1920, height: 1080 }
const place = { x: 100, y: 50, width: 1000, height: 700, maximized: false }

describe('placeWindow', () => {
  it('returns to the last place when it is still on a screen', () => {
    expect(placeWindow(place, [screen])).toEqual({ x: 100, y: 50, width: 1000, height: 700 })
  })

  it('keeps the size and goes to the middle when the monitor is gone', () => {
    expect(placeWindow({ ...place, x: 2500 }, [screen])).toEqual({ width: 1000, height: 700 })
    expect(placeWindow({ ...place, y: -400 }, [screen])).toEqual({ width: 1000, height: 700 })
    expect(placeWindow({ ...place, y: 1070 }, [screen])).toEqual({ width: 1000, height: 700 })
  })

  it('finds a place on a second screen left of the first', () => {
    const left = { x: -1280, y: 0, width: 1280, height: 1024 }
    expect(placeWindow({ ...place, x: -1200 }, [screen, left])).toEqual({ x: -1200, y: 50, width: 1000, height: 700 })
  })

  it('never opens larger than the largest screen nor smaller than its minimum', () => {
    expect(placeWindow({ ...place, width: 5000, height: 9000 }, [screen])).toEqual({
      x: 100,
      y: 50,
      width: 1920,
      height: 1080,
    })
    expect(placeWindow({ ...place, width: 1, height: 1 }, [screen])).toEqual({ x: 100, y: 50, width: 420, height: 360 })
    expect(placeWindow(null, [])).toEqual({ width: 1180, height: 800 })
  })
})
