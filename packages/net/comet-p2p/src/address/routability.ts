/** Which addresses can be reached from everywhere, and which lie close to each other. */

import { parseIp, printIp } from '@wadi/primitives/ip'
import { isPeerId, type NetAddress } from './netAddress.ts'

/** A range of addresses; the bits count in the 16 bytes. */
interface IpRange {
  readonly base: Uint8Array
  readonly bits: number
}

const MAPPED_BITS = 96

function range(text: string): IpRange {
  const [base, bits] = text.split('/') as [string, string]
  const offset = base.includes(':') ? 0 : MAPPED_BITS
  return { base: parseIp(base), bits: offset + Number(bits) }
}

/** The bits of a byte of an address that the first bits of the address take in. */
function maskOf(byteIndex: number, bits: number): number {
  const rest = Math.min(8, Math.max(0, bits - 8 * byteIndex))
  return (0xff00 >> rest) & 0xff
}

function contains({ base, bits }: IpRange, ip: Uint8Array): boolean {
  for (let i = 0; 8 * i < bits; i++) if (((ip[i]! ^ base[i]!) & maskOf(i, bits)) !== 0) return false
  return true
}

function masked(ip: Uint8Array, bits: number): Uint8Array {
  return ip.map((byte, i) => byte & maskOf(i, bits))
}

const IPV4 = range('0.0.0.0/0')
const LOOPBACK = [range('127.0.0.0/8'), range('::1/128')]
const LOCAL = [...LOOPBACK, range('0.0.0.0/8')]
/** RFC 1918, 3927, 4862, 4193 and 4843. */
const PRIVATE = [
  '10.0.0.0/8',
  '192.168.0.0/16',
  '172.16.0.0/12',
  '169.254.0.0/16',
  'fe80::/64',
  'fc00::/7',
  '2001:10::/28',
].map(range)
/** Nothing, everything, and RFC 3849: documentation. */
const NOBODY = ['::/128', '0.0.0.0/32', '255.255.255.255/32', '2001:db8::/32'].map(range)
const TRANSLATED = range('64:ff9b::/96')
const SIX_TO_FOUR = range('2002::/16')
const TEREDO = range('2001::/32')
const ONION = range('fd87:d87e:eb43::/48')
const HURRICANE = range('2001:470::/32')

const isIn = (ranges: readonly IpRange[], ip: Uint8Array): boolean =>
  ranges.some((one) => contains(one, ip))

/** Can it be an address at all? */
export function isValidAddress({ id, ip }: NetAddress): boolean {
  return isPeerId(id) && !isIn(NOBODY, ip)
}

/** Is it on this machine? */
export function isLocal({ ip }: Pick<NetAddress, 'ip'>): boolean {
  return isIn(LOCAL, ip)
}

/** Can everybody reach it? */
export function isRoutable(address: NetAddress): boolean {
  return isValidAddress(address) && !isIn(PRIVATE, address.ip) && !isLocal(address)
}

/**
 * Addresses in one group are probably one party's: /16 of IPv4, /32 of IPv6, /36 of Hurricane
 * Electric, which gives /32 away.
 */
export function groupOf(address: NetAddress, routability: 'strict' | 'lenient'): string {
  const { ip } = address
  if (routability === 'strict' && isLocal(address)) return 'local'
  if (routability === 'strict' && !isRoutable(address)) return 'unroutable'
  if (contains(IPV4, ip)) return v4Group(ip.subarray(12))
  if (contains(TRANSLATED, ip)) return v4Group(ip.subarray(12))
  if (contains(SIX_TO_FOUR, ip)) return v4Group(ip.subarray(2, 6))
  if (contains(TEREDO, ip)) return v4Group(ip.subarray(12).map((byte) => byte ^ 0xff))
  if (contains(ONION, ip)) return `tor:${ip[6]! & 0xf}`
  return printIp(masked(ip, contains(HURRICANE, ip) ? 36 : 32))
}

function v4Group(ip: Uint8Array): string {
  return `${ip[0]}.${ip[1]}.0.0`
}
