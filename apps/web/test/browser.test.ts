import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ApiStandIn, json, startApiStandIn, twoEvents } from './api-stand-in.ts'
import { startWeb, stopWeb, type WebServer } from './web-server.ts'

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'

let api: ApiStandIn
let web: WebServer
let browser: Browser

beforeAll(async () => {
  if (!existsSync(executablePath))
    throw new Error(`There is no Chromium at ${executablePath}: install it, or set CHROMIUM_PATH.`)
  api = await startApiStandIn(json(twoEvents))
  web = await startWeb({ API_URL: api.url })
  browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  })
})
afterAll(async () => {
  await browser?.close()
  await stopWeb(web)
  await api?.close()
})

/** Opens the page at a viewport width in CSS pixels, and collects everything a visitor's browser would complain about. */
const open = async (path: string, width: number): Promise<{ page: Page; complaints: string[] }> => {
  const page = await browser.newPage({ viewport: { width, height: 800 } })
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith(web.url)) complaints.push(`third-party request: ${request.url()}`)
  })
  await page.goto(web.url + path, { waitUntil: 'networkidle' })
  const folder = process.env.SCREENSHOTS
  if (folder)
    await page.screenshot({ path: `${folder}/${path.replaceAll('/', '_')}-${width}.png`, fullPage: true })
  return { page, complaints }
}

it.each([360, 1280])(
  'shows the events at a width of %d, without errors, policy violations or sideways scrolling',
  async (width) => {
    const { page, complaints } = await open('/', width)
    const events = page.getByRole('region', { name: 'Upcoming events' }).getByRole('listitem')
    expect(await events.count()).toBe(2)
    expect(await events.first().textContent()).toContain('Harbour Hall')
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
    expect(
      await page.evaluate(
        () => getComputedStyle(document.querySelector('.event') ?? document.body).borderRadius,
      ),
    ).toBe('12px')
    expect(complaints).toEqual([])
    await page.close()
  },
)

it('blocks a script that the page did not send', async () => {
  const { page, complaints } = await open('/', 800)
  await page.evaluate(() => {
    const script = document.createElement('div')
    script.innerHTML = '<img src="data:," onerror="document.title = \'taken over\'">'
    document.body.append(script)
  })
  await expect.poll(() => complaints.join()).toContain('Content Security Policy')
  expect(await page.title()).not.toBe('taken over')
  await page.close()
})
