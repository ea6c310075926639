/** Where a node may say that it listens. */

import { errors } from '@wadi/consensus/registry/errors'
import { parseIp } from '@wadi/primitives/ip'
import type { NodeAddress } from '@wadi/primitives/nodeAddress'

const V4_SIZE = 4
const V6_SIZE = 16
/** What an IPv4 address in the form of an IPv6 one begins with. */
const MAPPED_PREFIX = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff)

/** Networks that nobody outside can reach, and those for many receivers. */
const UNREACHABLE = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '::/128',
  '::1/128',
  '64:ff9b:1::/48',
  '100::/64',
  '2001::/23',
  '2001:db8::/32',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
].map(parseNetwork)

/** All addresses that begin with the first bits of one. */
interface Network {
  readonly address: Uint8Array
  readonly bitCount: number
}

function parseNetwork(text: string): Network {
  const [address, bitCount] = text.split('/') as [string, string]
  return { address: shortest(parseIp(address)), bitCount: Number(bitCount) }
}

/** The four bytes of an IPv4 address, in whatever form it comes. */
function shortest(ip: Uint8Array): Uint8Array {
  const isMapped = ip.length === V6_SIZE && MAPPED_PREFIX.every((byte, i) => ip[i] === byte)
  return isMapped ? ip.subarray(MAPPED_PREFIX.length) : ip
}

function isIn(ip: Uint8Array, { address, bitCount }: Network): boolean {
  if (ip.length !== address.length) return false
  for (let bit = 0; bit < bitCount; bit++) {
    const difference = ip[bit >> 3]! ^ address[bit >> 3]!
    if (((difference << (bit & 7)) & 0x80) !== 0) return false
  }
  return true
}

/** May somebody far away reach the address? Whatever has the size of no address may not. */
export function isReachable({ ip = new Uint8Array(0) }: NodeAddress): boolean {
  const short = shortest(ip)
  if (short.length !== V4_SIZE && short.length !== V6_SIZE) return false
  return !UNREACHABLE.some((network) => isIn(short, network))
}

/** What is asked of a node's addresses of one kind. */
export interface AddressRules {
  readonly needsAddress: boolean
  readonly allowsUnreachable: boolean
}

/** Refuses a list without an address that is needed, or with one that leads nowhere. */
export function checkAddresses(
  addresses: readonly NodeAddress[],
  { needsAddress, allowsUnreachable }: AddressRules,
): void {
  if (needsAddress && addresses.length === 0) throw errors.invalidArgument('missing address')
  if (!allowsUnreachable && !addresses.every(isReachable))
    throw errors.invalidArgument('address not routable')
}
