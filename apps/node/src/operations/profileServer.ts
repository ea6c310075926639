/** Profiles of the running process, one at a time, for its operator. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { Session } from 'node:inspector/promises'
import { isIP } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { getHeapSnapshot } from 'node:v8'
import { UnavailableError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import { type AskHealth, HEALTH_PATH, sendHealth } from './health.ts'
import {
  PROFILE_CONNECTIONS_MAX,
  PROFILE_REQUEST_MS_MAX,
  PROFILE_SECONDS,
  PROFILE_SECONDS_MAX,
} from './limits.ts'

/** Where profiles are served. */
export interface ProfileServerOptions {
  /** An address, a name, or nothing for this machine only. */
  readonly host: string
  readonly port: number
  readonly health: AskHealth
  readonly log: Logger
}

/** Profiles that are served. */
export interface ProfileServer {
  readonly port: number
  /** Ends it at once, with what is under way. */
  close(): void
}

const LOOPBACK = '127.0.0.1'
const MS_PER_SECOND = 1000
const PAGE = `/debug/pprof/profile?seconds=${PROFILE_SECONDS}   CPU, as a .cpuprofile
/debug/pprof/heap                 memory, as a .heapsnapshot; on loopback only
${HEALTH_PATH}                           whether the node is of use: 200 or 503, and why
`

/** Is the host this machine by a name that nobody else can give? */
export function isLoopbackHost(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1')
  return bare === 'localhost' || bare === '::1' || (isIP(bare) === 4 && bare.startsWith('127.'))
}

/** The seconds that are asked for; undefined if they cannot be. */
export function secondsOf(text: string | null): number | undefined {
  if (text === null) return PROFILE_SECONDS
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0
  return seconds >= 1 && seconds <= PROFILE_SECONDS_MAX ? seconds : undefined
}

/** See the top of this file; answers when it listens. */
export function serveProfiles(options: ProfileServerOptions): Promise<ProfileServer> {
  const host = options.host === '' ? LOOPBACK : options.host
  const profiles = new Profiles({ ...options, host })
  const server = createServer({ requestTimeout: PROFILE_REQUEST_MS_MAX }, (asked, response) => {
    void profiles.answer(asked, response)
  })
  server.maxConnections = PROFILE_CONNECTIONS_MAX
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `pprof: cannot listen on ${host}:${options.port}: ${cause.message}`
      reject(new UnavailableError('node.profiles', message, { cause }))
    })
    server.listen({ host: host.replace(/^\[(.*)\]$/, '$1'), port: options.port }, () => {
      const at = server.address()
      const port = typeof at === 'object' && at !== null ? at.port : options.port
      const close = () => {
        profiles.close()
        server.close()
        server.closeAllConnections()
      }
      resolve({ port, close })
    })
  })
}

class Profiles {
  readonly #options: ProfileServerOptions
  readonly #life = new AbortController()
  #isBusy = false

  constructor(options: ProfileServerOptions) {
    this.#options = options
  }

  close(): void {
    this.#life.abort()
  }

  async answer(asked: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = URL.parse(asked.url ?? '/', 'http://profiles')
    if (url === null) return refuse(response, 400, 'this is no path')
    const { pathname, searchParams } = url
    const why = this.#refusal(asked, pathname)
    if (why !== undefined) return refuse(response, 403, why)
    if (asked.method !== 'GET') return refuse(response, 405, 'only GET')
    if (pathname === HEALTH_PATH) return await sendHealth(this.#options.health, response)
    if (pathname === '/debug/pprof/') return refuse(response, 200, PAGE)
    if (pathname !== '/debug/pprof/profile' && pathname !== '/debug/pprof/heap')
      return refuse(response, 404, PAGE)
    const seconds = secondsOf(searchParams.get('seconds'))
    if (seconds === undefined)
      return refuse(response, 400, `seconds must be from 1 to ${PROFILE_SECONDS_MAX}`)
    if (this.#isBusy) return refuse(response, 503, 'another profile is being made; try again later')
    this.#isBusy = true
    try {
      if (pathname.endsWith('/heap')) await sendHeap(response)
      else await this.#sendProfile(response, seconds)
    } catch (error) {
      this.#options.log.warn('a profile could not be made', { why: String(error) })
      response.destroy()
    } finally {
      this.#isBusy = false
    }
  }

  /** Pages of a browser must not have it, by whatever name they ask. */
  #refusal({ headers }: IncomingMessage, pathname: string): string | undefined {
    const isLocal = isLoopbackHost(this.#options.host)
    const host = (headers.host ?? '').replace(/:\d+$/, '')
    if (headers.origin !== undefined || (isLocal && !isLoopbackHost(host)))
      return 'only for the operator of this machine, and no page'
    if (!isLocal && pathname.endsWith('/heap'))
      return 'memory has secrets in it: it is only served when pprof.bind_address is loopback'
    return undefined
  }

  async #sendProfile(response: ServerResponse, seconds: number): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const session = new Session()
    session.connect()
    try {
      await session.post('Profiler.enable')
      await session.post('Profiler.start')
      const signal = AbortSignal.any([gone.signal, this.#life.signal])
      await sleep(seconds * MS_PER_SECOND, undefined, { signal }).catch(() => undefined)
      const { profile } = await session.post('Profiler.stop')
      if (response.destroyed) return
      response.writeHead(200, fileHeaders('wadi-node.cpuprofile'))
      response.end(JSON.stringify(profile))
    } finally {
      session.disconnect()
    }
  }
}

/** Everything else waits while the snapshot is taken. */
async function sendHeap(response: ServerResponse): Promise<void> {
  response.writeHead(200, fileHeaders('wadi-node.heapsnapshot'))
  await pipeline(getHeapSnapshot(), response)
}

function fileHeaders(name: string) {
  const disposition = `attachment; filename="${name}"`
  return { 'content-type': 'application/json', 'content-disposition': disposition }
}

function refuse(response: ServerResponse, status: number, why: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' })
  response.end(why.endsWith('\n') ? why : `${why}\n`)
}
