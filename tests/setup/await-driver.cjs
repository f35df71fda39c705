// Loaded before the app under test: holds its start back until Playwright is attached, because a window that opens
// earlier can be missed for good. Playwright calls the function by this name. CommonJS, for `electron --require`.
const { app } = require('electron')

const electronIsReady = app.whenReady()
let isReady = false
let release
const driverIsReady = new Promise((resolve) => {
  release = resolve
})

app.whenReady = () => driverIsReady
app.isReady = () => isReady
globalThis.__playwright_run = async () => {
  await electronIsReady
  isReady = true
  release()
}
