/** The CometBFT binary: the one that is installed, or one that Go builds. */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'
import type { Program } from '../cbor/oracle.ts'

const MODULE = 'github.com/cometbft/cometbft/cmd/cometbft@v0.37.18'
/** What 0.37.18 says of itself: its constant was forgotten. */
const VERSION = /^0\.37\.1[6-8]/
/** Downloading and building it takes no longer. */
const BUILD_MS_MAX = 8 * 60_000
const CACHE = join(import.meta.dirname, '../../../node_modules/.cache/wadi/cometbft-0.37.18')

function isRight(path: string): boolean {
  if (!existsSync(path)) return false
  try {
    return VERSION.test(execFileSync(path, ['version'], { stdio: 'pipe' }).toString())
  } catch {
    return false
  }
}

function candidates(): readonly string[] {
  const { PATH = '', GOBIN, GOPATH = join(homedir(), 'go') } = process.env
  const folders = [...(GOBIN === undefined ? [] : [GOBIN]), ...PATH.split(delimiter)]
  return [...folders, join(GOPATH, 'bin'), CACHE].map((folder) => join(folder, 'cometbft'))
}

function build(): Program {
  const path = join(CACHE, 'cometbft')
  mkdirSync(CACHE, { recursive: true })
  try {
    const env = { ...process.env, GOBIN: CACHE }
    execFileSync('go', ['install', MODULE], { env, stdio: 'pipe', timeout: BUILD_MS_MAX })
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code !== 'ENOENT'
    return { path, missing: isThere ? 'CometBFT cannot be built' : 'Go is not installed' }
  }
  return { path, missing: isRight(path) ? false : 'CometBFT does not run' }
}

/**
 * Finds or builds the binary. Where WADI_ENGINE_REQUIRED is set, it has to be there.
 */
export function findComet(): Program {
  const path = candidates().find(isRight)
  const found = path === undefined ? build() : { path, missing: false as const }
  if (found.missing !== false && process.env['WADI_ENGINE_REQUIRED'] !== undefined)
    throw new UnavailableError('live.noEngine', `${found.missing}, but it has to be there`)
  return found
}
