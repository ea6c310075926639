/** The CometBFT binary: the one that is installed, or one that Go builds. */

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { UnavailableError } from '@wadi/base/errors'

const MODULE = 'github.com/cometbft/cometbft/cmd/cometbft@v0.37.18'
/** What 0.37.18 says of itself: its constant was forgotten. */
const VERSION = /^0\.37\.1[6-8]/
/** Downloading and building it takes no longer. */
const BUILD_MS_MAX = 8 * 60_000
const NAME = 'cometbft'

/** A binary, or why there is none. */
export type FoundBinary =
  | { readonly path: string; readonly missing: false }
  | { readonly path: string; readonly missing: string }

/** Where it is looked for, and built. */
export interface BinaryPlaces {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Is told before Go builds one, which takes minutes. */
  readonly onBuild?: (() => void) | undefined
}

function isRight(path: string): boolean {
  if (!existsSync(path)) return false
  try {
    return VERSION.test(execFileSync(path, ['version'], { stdio: 'pipe' }).toString())
  } catch {
    return false
  }
}

function cacheFolder({ environment }: BinaryPlaces): string {
  const { XDG_CACHE_HOME, HOME = homedir() } = environment
  return join(XDG_CACHE_HOME || join(HOME, '.cache'), 'wadi', 'cometbft-0.37.18')
}

function candidates(places: BinaryPlaces): readonly string[] {
  const { PATH = '', HOME = homedir(), GOBIN, GOPATH = join(HOME, 'go') } = places.environment
  const folders = [...(GOBIN === undefined ? [] : [GOBIN]), ...PATH.split(delimiter)]
  return [...folders, join(GOPATH, 'bin'), cacheFolder(places)].map((folder) => join(folder, NAME))
}

function build(places: BinaryPlaces): FoundBinary {
  const { environment, onBuild } = places
  const cache = cacheFolder(places)
  const path = join(cache, NAME)
  try {
    execFileSync('go', ['version'], { env: environment, stdio: 'pipe' })
  } catch {
    return { path, missing: 'Go is not installed, which would build it' }
  }
  onBuild?.()
  try {
    mkdirSync(cache, { recursive: true })
    const env = { ...environment, GOBIN: cache }
    execFileSync('go', ['install', MODULE], { env, stdio: 'pipe', timeout: BUILD_MS_MAX })
  } catch (error) {
    const { stderr } = error as { readonly stderr?: Uint8Array }
    const [why] = Buffer.from(stderr ?? [])
      .toString()
      .trim()
      .split('\n')
      .slice(-1)
    return { path, missing: `Go cannot build it (${why || String(error)})` }
  }
  return isRight(path) ? { path, missing: false } : { path, missing: `${path} does not run` }
}

/** Finds the binary, or has Go build it once. */
export function findComet(places: BinaryPlaces = { environment: process.env }): FoundBinary {
  const path = candidates(places).find(isRight)
  return path === undefined ? build(places) : { path, missing: false }
}

/** Finds it, or says what somebody can do who wants it. */
export function requireComet(places?: BinaryPlaces): string {
  const { path, missing } = findComet(places)
  if (missing === false) return path
  throw new UnavailableError(
    'localnet.engine',
    `there is no CometBFT 0.37.18, and ${missing}; put the binary cometbft into PATH, install Go, or leave --engine away`,
  )
}
