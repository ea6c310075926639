/** A headless Chromium: the one that is installed. */

import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome']
const VERSION_MS_MAX = 20_000
const SAID_CHARACTERS_MAX = 10_000

/** A program that is there, or why it is not. */
export interface Browser {
  readonly path: string
  readonly missing: string | false
}

function candidates(): readonly string[] {
  const { CHROME_BIN, PATH = '' } = process.env
  const named = CHROME_BIN === undefined ? [] : [CHROME_BIN]
  return [...named, ...PATH.split(delimiter).flatMap((at) => NAMES.map((name) => join(at, name)))]
}

function runs(path: string): boolean {
  try {
    execFileSync(path, ['--version'], { stdio: 'pipe', timeout: VERSION_MS_MAX })
    return true
  } catch {
    return false
  }
}

/** Finds it; where WADI_CHROMIUM_REQUIRED is set, it has to be there. */
export function findChromium(): Browser {
  const path = candidates().find((candidate) => existsSync(candidate) && runs(candidate))
  if (path !== undefined) return { path, missing: false }
  const missing = 'Chromium is not installed'
  if (process.env['WADI_CHROMIUM_REQUIRED'] !== undefined)
    throw new UnavailableError('live.noBrowser', `${missing}, but it has to be there`)
  return { path: '', missing }
}

/** A page that is open until it is closed. */
export interface OpenPage {
  /** What the browser said meanwhile. */
  said(): string
  close(): Promise<void>
}

/** Opens a page, with nothing kept from before or for later. */
export function openPage({ path }: Browser, url: string): OpenPage {
  const profile = mkdtempSync(join(tmpdir(), 'wadi-chromium-'))
  const flags = [
    '--headless=new',
    '--no-sandbox',
    '--no-first-run',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--disable-background-networking',
    '--disable-component-update',
    '--enable-logging=stderr',
    `--user-data-dir=${profile}`,
  ]
  const child = spawn(path, [...flags, url], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-SAID_CHARACTERS_MAX)
  })
  const ended = once(child, 'close')
  return {
    said: () => said,
    async close() {
      child.kill('SIGKILL')
      await ended
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}
