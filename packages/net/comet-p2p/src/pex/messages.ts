/** Messages about addresses, decoded and checked. */

import { CodedError } from '@wadi/base/errors'
import { parseIp, printIp } from '@wadi/primitives/ip'
import { decode, encode } from '@wadi/protobuf/codec'
import { type PeerAddress, PexMessage } from '@wadi/tendermint/messages/pex'
import type { NetAddress } from '../address/netAddress.ts'
import { errors } from '../errors.ts'
import { SELECTION_ADDRESSES_MAX } from '../limits.ts'

/** What a message says. */
export type PexContent =
  | { readonly kind: 'request' }
  | { readonly kind: 'addresses'; readonly addresses: readonly NetAddress[] }

/** "Tell me addresses." */
export const PEX_REQUEST: Uint8Array = encode(PexMessage, { kind: 'request', body: {} })

/** "These I know." */
export function encodeAddresses(addresses: readonly NetAddress[]): Uint8Array {
  const list = addresses.map(({ id, ip, port }) => ({ id, ip: printIp(ip), port }))
  return encode(PexMessage, { kind: 'addresses', body: { addresses: list } })
}

const PORT_MAX = 65_535

/** Decodes a message. Ids are not checked: the address book does that. */
export function decodePexMessage(bytes: Uint8Array): PexContent {
  try {
    const { kind, body } = decode(PexMessage, bytes)
    if (kind === 'request') return { kind }
    const { addresses } = body
    if (addresses.length > SELECTION_ADDRESSES_MAX)
      throw errors.badPexMessage(`${addresses.length} addresses`)
    return { kind, addresses: addresses.map(readAddress) }
  } catch (error) {
    if (!(error instanceof CodedError) || error.reason === 'p2p.badPexMessage') throw error
    throw errors.badPexMessage(error.message)
  }
}

function readAddress({ id, ip, port }: PeerAddress): NetAddress {
  if (port > PORT_MAX) throw errors.badPexMessage(`port ${port}`)
  return { id, ip: parseIp(ip), port }
}
