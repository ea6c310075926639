/** Where a peer can be reached, and under which key: `id@ip:port`. */

import { equalBytes, parseHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { parseIp, printIp } from '@wadi/primitives/ip'
import { errors } from '../errors.ts'

/** A peer's id and address. The IP has 16 bytes; IPv4 is mapped. */
export interface NetAddress {
  /** Lowercase hex of 20 bytes where it is ours; a peer may write capitals. */
  readonly id: string
  readonly ip: Uint8Array
  readonly port: number
}

const ID_BYTES = 20
const PORT_MAX = 65_535

/** Is this an id: 20 bytes in hexadecimal? */
export function isPeerId(text: string): boolean {
  if (text.length !== 2 * ID_BYTES) return false
  try {
    return parseHex(text).length === ID_BYTES
  } catch (error) {
    if (error instanceof CodedError) return false
    throw error
  }
}

/** Host and port of a text; the host in brackets if it has colons, as `net.SplitHostPort`. */
export function splitHostPort(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([^[\]]+)\]|([^[\]:]+)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  if (match === null || port > PORT_MAX) throw errors.badAddress(excerptOf(text))
  return { host: match[1] ?? match[2]!, port }
}

/** The address without what stands before `://`, as people write it. */
export function withoutProtocol(text: string): string {
  return text.includes('://') ? text.split('://')[1]! : text
}

/** Id, host and port of a text; the host may be a name. */
export function splitNetAddress(text: string): {
  readonly id: string
  readonly host: string
  readonly port: number
} {
  const [id, hostPort, ...rest] = withoutProtocol(text).split('@')
  if (id === undefined || hostPort === undefined || rest.length > 0 || !isPeerId(id))
    throw errors.badAddress(excerptOf(text))
  return { id, ...splitHostPort(hostPort) }
}

/** The address of a text. Names of hosts are not looked up. */
export function parseNetAddress(text: string): NetAddress {
  const { id, host, port } = splitNetAddress(text)
  return { id, ip: parseIp(host), port }
}

/** `ip:port`, an IPv6 address in brackets. */
export function printEndpoint({ ip, port }: Pick<NetAddress, 'ip' | 'port'>): string {
  const host = printIp(ip)
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** `id@ip:port`. */
export function printNetAddress(address: NetAddress): string {
  return `${address.id}@${printEndpoint(address)}`
}

/** Is it the same address of the same peer? */
export function equalAddresses(a: NetAddress, b: NetAddress): boolean {
  return a.id === b.id && a.port === b.port && equalBytes(a.ip, b.ip)
}

const EXCERPT_SIZE = 80

/** What of a text from elsewhere may go into an error. */
export function excerptOf(text: string): string {
  return JSON.stringify(text.slice(0, EXCERPT_SIZE))
}
