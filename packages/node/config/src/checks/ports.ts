/** Ports that a node listens on: are they free? */

import { createServer, isIP } from 'node:net'
import type { UnavailableError } from '@wadi/base/errors'
import type { NodeConfig } from '../nodeConfig.ts'
import { type CheckContext, obstacle, systemCode } from './obstacle.ts'

interface Listener {
  readonly key: string
  readonly host: string
  readonly port: number
  /** Names of hosts are not looked up for it. */
  readonly takesIpOnly?: true
}

const ANY_HOST = '0.0.0.0'
/** Both stand for all addresses, of either version. */
const ANY_HOSTS: readonly string[] = [ANY_HOST, '::']

function listenerAt(key: string, address: string): Listener {
  const text = address.replace(/^\w+:\/\//, '')
  const colon = text.lastIndexOf(':')
  const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1')
  return { key, host: host === '' ? ANY_HOST : host, port: Number(text.slice(colon + 1)) }
}

/** Where a node with this configuration listens. */
function listenersOf({ mode, consensus, p2p, metrics, pprof, sentry, wadi }: NodeConfig) {
  const all: Listener[] = []
  const add = (key: string, address: string | undefined): void => {
    if (address !== undefined) all.push({ ...listenerAt(key, address), takesIpOnly: true })
  }
  const hasPeers = mode !== 'archive'
  if (hasPeers) add('consensus.listen_address', consensus.listenAddress)
  if (hasPeers) all.push({ key: 'p2p.port', host: ANY_HOST, port: p2p.port })
  if (metrics.mode === 'pull') add('metrics.address', metrics.address)
  if (pprof.bindAddress !== undefined) all.push(listenerAt('pprof.bind_address', pprof.bindAddress))
  if (sentry.enabled)
    all.push({ key: 'sentry.control.port', host: ANY_HOST, port: sentry.control.port })
  add('wadi.api.address', wadi.api.address)
  const { kind, address } = wadi.signer
  if (kind === 'remote' && address?.startsWith('unix:') === false)
    add('wadi.signer.address', address)
  return all
}

/** What is wrong with an address before anybody listens at it. */
function checkForm({ key, host, port, takesIpOnly }: Listener, context: CheckContext) {
  const isWhole = Number.isInteger(port) && host !== ''
  // The name of an interface may follow, and is not taken.
  const isAddress = isIP(host) !== 0 && !host.includes('%')
  if (isWhole && (!takesIpOnly || isAddress)) return undefined
  const sentence = isWhole
    ? `${host} is a name; write an IP address of this machine, or 0.0.0.0 for all`
    : 'has no port; write an IP address and a port, such as 127.0.0.1:3000'
  return obstacle('badAddress', context, key, sentence)
}

/** The code of the error with which listening fails. */
function tryListening({ host, port }: Listener): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const server = createServer()
  server.once('error', (error) => resolve(systemCode(error) ?? error.message))
  server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)))
  return promise
}

const SENTENCES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is taken by another program; stop that, or choose another port',
  EACCES: 'is only for the superuser; choose a port above 1023',
  EADDRNOTAVAIL: 'is no address of this machine; choose one, or 0.0.0.0 for all',
}

function overlap(a: Listener, b: Listener): boolean {
  const isAny = ANY_HOSTS.includes(a.host) || ANY_HOSTS.includes(b.host)
  return a.port === b.port && (a.host === b.host || isAny)
}

/** Ports that the node could not listen on. */
export async function checkPorts(
  config: NodeConfig,
  context: CheckContext,
): Promise<UnavailableError[]> {
  const found: UnavailableError[] = []
  const listeners = listenersOf(config)
  for (const [i, one] of listeners.entries()) {
    const bad = checkForm(one, context)
    if (bad !== undefined) found.push(bad)
    // The system chooses a free one for 0.
    if (bad !== undefined || one.port === 0) continue
    const title = `${one.host}:${one.port}`
    const other = listeners.slice(0, i).find((each) => overlap(each, one))
    if (other !== undefined) {
      const sentence = `${title} is taken by ${other.key}; choose another port`
      found.push(obstacle('portTaken', context, one.key, sentence))
      continue
    }
    const code = await tryListening(one)
    if (code === undefined) continue
    const sentence = SENTENCES[code] ?? `cannot be listened on (${code}); choose another`
    const reason = code === 'EADDRINUSE' ? 'portTaken' : 'portUnusable'
    found.push(obstacle(reason, context, one.key, `${title} ${sentence}`))
  }
  return found
}
