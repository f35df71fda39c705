import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CONTENT_SECURITY_POLICY } from '../../electron/window/content-security-policy.ts'
import { startFakeEndpoint } from '../fakes/fake-endpoint.ts'
import { appFolder, type LaunchedApp, launchApp } from '../setup/launch-app.ts'
import { alcovePage } from './page.ts'

let launched: LaunchedApp

function launchForAll(): void {
  beforeAll(async () => {
    launched = await launchApp()
  })
  afterAll(() => launched.close())
}

describe('the window', () => {
  launchForAll()

  it('is sandboxed, isolated, without Node and in a session that is never written', async () => {
    const found = await launched.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      const { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag } = (
        contents as unknown as { getLastWebPreferences(): Electron.WebPreferences }
      ).getLastWebPreferences()
      return {
        sandbox,
        contextIsolation,
        nodeIntegration,
        webSecurity,
        webviewTag,
        persistent: contents?.session.isPersistent(),
      }
    })
    expect(found).toMatchObject({ sandbox: true, contextIsolation: true, webSecurity: true, persistent: false })
    expect([found.nodeIntegration, found.webviewTag]).not.toContain(true)
    expect(
      await launched.window.evaluate(() => [
        typeof globalThis.process,
        typeof (globalThis as { require?: unknown }).require,
      ]),
    ).toEqual(['undefined', 'undefined'])
    expect(await launched.window.evaluate(() => Object.keys(window.bridge).sort())).toEqual([
      'call',
      'onPush',
      'stream',
    ])
  })

  it('is served with the one content security policy', async () => {
    const header = await launched.app.evaluate(async ({ BrowserWindow }) => {
      const session = BrowserWindow.getAllWindows()[0]?.webContents.session
      const response = await session?.fetch('app://alcove/index.html')
      return response?.headers.get('content-security-policy')
    })
    expect(header).toBe(CONTENT_SECURITY_POLICY)
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|\*|https?:|ws:/)
    // Nor is there a way to the looser policy of hot reload.
    expect(readFileSync(join(appFolder, 'dist/electron/main.js'), 'utf8')).not.toContain('ALCOVE_DEV_ORIGIN')
  })

  it('has no network: nothing it tries arrives anywhere', async () => {
    const canary = await startFakeEndpoint()
    const tried = await launched.window.evaluate(async (url) => {
      const outcomes: Record<string, string> = {}
      const attempt = async (name: string, work: () => unknown) => {
        try {
          await work()
          outcomes[name] = 'done'
        } catch {
          outcomes[name] = 'refused'
        }
      }
      const loaded = (element: HTMLElement) =>
        new Promise((resolve, reject) => {
          element.onload = resolve
          element.onerror = reject
          document.body.append(element)
        })
      await attempt('fetch', () => fetch(url))
      await attempt('image', () => loaded(Object.assign(new Image(), { src: `${url}/x.png` })))
      await attempt('style', () =>
        loaded(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: `${url}/x.css` })),
      )
      await attempt('web socket', () => {
        const socket = new WebSocket(url.replace('http', 'ws'))
        return new Promise((resolve, reject) => {
          socket.onopen = resolve
          socket.onerror = reject
        })
      })
      await attempt('beacon', () => {
        if (!navigator.sendBeacon(url, 'x')) throw new Error()
        return new Promise((_resolve, reject) => setTimeout(reject, 300))
      })
      // oxlint-disable-next-line typescript/no-implied-eval -- exactly this must be refused
      await attempt('eval', () => new Function('return 1')())
      await attempt('inner HTML', () => {
        document.createElement('div').innerHTML = '<img src=x>'
      })
      return outcomes
    }, canary.url)
    const { requests } = canary
    await canary.close()
    expect([...new Set(Object.values(tried))], JSON.stringify(tried)).toEqual(['refused'])
    expect(requests).toEqual([])
  })

  it('cannot be led elsewhere, nor open another one', async () => {
    await launched.app.evaluate(({ dialog, shell }) => {
      const seen = globalThis as unknown as { opened: string[]; asked: number }
      seen.opened = []
      seen.asked = 0
      shell.openExternal = async (url) => void seen.opened.push(url)
      dialog.showMessageBox = (async () => {
        seen.asked++
        return { response: 1, checkboxChecked: false }
      }) as typeof dialog.showMessageBox
    })
    await launched.window.evaluate(() => {
      window.open('https://example.org/')
      window.open('javascript:alert(1)')
      const link = document.createElement('a')
      link.href = 'https://example.org/'
      document.body.append(link)
      link.click()
      link.target = '_blank'
      link.click()
      link.remove()
      location.href = 'file:///etc/passwd'
    })
    await launched.window.waitForTimeout(300)
    expect(launched.window.url()).toBe('app://alcove/index.html')
    const result = await launched.app.evaluate(({ BrowserWindow }) => {
      const { opened, asked } = globalThis as unknown as { opened: string[]; asked: number }
      return { opened, asked, windows: BrowserWindow.getAllWindows().length }
    })
    expect(result).toEqual({ opened: [], asked: 2, windows: 1 })
  })

  it('is granted no permission and downloads nothing', async () => {
    const outcomes = await launched.window.evaluate(async () => {
      const state = async (name: string) => (await navigator.permissions.query({ name: name as PermissionName })).state
      const media = await navigator.mediaDevices?.getUserMedia({ audio: true }).then(
        () => 'granted',
        () => 'refused',
      )
      return [
        await state('notifications'),
        await state('geolocation'),
        media ?? 'refused',
        await Notification.requestPermission(),
      ]
    })
    expect(outcomes).toEqual(['denied', 'denied', 'refused', 'denied'])
  })

  it('gets no answer in a frame or a page that is not ours', async () => {
    const answer = await launched.app.evaluate(async ({ app, BrowserWindow }) => {
      const preload = `${app.getAppPath()}/dist/electron/preload.cjs`
      const stranger = new BrowserWindow({
        show: false,
        webPreferences: { preload, sandbox: true },
      })
      try {
        await stranger.loadURL('data:text/html,<title>stranger</title>').catch(() => {})
        return await stranger.webContents.executeJavaScript("window.bridge.call('app.getState', {})")
      } finally {
        stranger.destroy()
      }
    })
    expect(answer).toEqual({
      ok: false,
      error: { code: 'invalid-request', message: 'This page may not talk to Alcove.', retryable: false },
    })
  })
})

describe('the process tree', () => {
  launchForAll()

  it('listens nowhere, also while the demo answers', async () => {
    const page = alcovePage(launched.window)
    await page.openDemo.click()
    await page.composer.fill('Hello')
    await page.composer.press('Enter')
    await page.stop.waitFor()
    const own = new Set(descendants(launched.app.process().pid ?? 0))
    const listening = execFileSync('ss', ['-ltnupH'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => [...line.matchAll(/pid=(\d+)/g)].some(([, pid]) => own.has(Number(pid))))
    // Playwright itself drives the app through these two doors, which a packaged app does not have.
    const debugging = /127\.0\.0\.1:\d+/
    expect(listening.filter((line) => !debugging.test(line))).toEqual([])
    expect(listening.length).toBeLessThanOrEqual(2)
    await page.finishedReplies.last().waitFor()
  })
})

function descendants(pid: number): number[] {
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const pids = children.split('\n').map(Number).filter(Boolean)
  return [pid, ...pids.flatMap((child) => safely(() => descendants(child)))]
}

function safely(work: () => number[]): number[] {
  try {
    return work()
  } catch {
    // A process without children: ps says so with its exit code.
    return []
  }
}
