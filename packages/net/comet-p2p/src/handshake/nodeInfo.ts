/** What nodes say of themselves, and whether they can be peers. */

import { CodedError } from '@wadi/base/errors'
import type { NodeInfo } from '@wadi/tendermint/messages/connection'
import {
  excerptOf,
  isPeerId,
  type NetAddress,
  parseNetAddress,
  splitNetAddress,
  withoutProtocol,
} from '../address/netAddress.ts'
import { errors } from '../errors.ts'
import { NODE_INFO_CHANNELS_MAX } from '../limits.ts'

const PRINTABLE = /^[\x20-\x7e]*$/

/** Is it ASCII without tabs, and more than blanks? */
function isAsciiText(text: string): boolean {
  return PRINTABLE.test(text) && text.trim() !== ''
}

/** Where a node says that it listens. Names are accepted, and never looked up. */
function checkListenAddr({ id, listenAddr }: NodeInfo): void {
  try {
    splitNetAddress(`${id}@${withoutProtocol(listenAddr)}`)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw errors.badNodeInfo(isPeerId(id) ? `listen address ${excerptOf(listenAddr)}` : 'id')
  }
}

function checkChannels(channels: Uint8Array): void {
  if (channels.length > NODE_INFO_CHANNELS_MAX)
    throw errors.badNodeInfo(`${channels.length} channels`)
  if (new Set(channels).size < channels.length) throw errors.badNodeInfo('a channel twice')
}

/** Refuses a description that is not well-formed; in the reference's order. */
export function checkNodeInfo(info: NodeInfo): void {
  const { version, moniker, other } = info
  checkListenAddr(info)
  if (version !== '' && !isAsciiText(version)) throw errors.badNodeInfo('version')
  checkChannels(info.channels)
  if (!isAsciiText(moniker)) throw errors.badNodeInfo('moniker')
  if (!['', 'on', 'off'].includes(other.txIndex)) throw errors.badNodeInfo('tx_index')
  if (other.rpcAddress !== '' && !isAsciiText(other.rpcAddress))
    throw errors.badNodeInfo('rpc_address')
}

/** Refuses somebody with whom there is nothing to talk about; in the reference's order. */
export function checkCompatible(own: NodeInfo, other: NodeInfo): void {
  const { block } = other.protocolVersion
  if (own.protocolVersion.block !== block) throw errors.incompatible(`block version ${block}`)
  if (own.network !== other.network)
    throw errors.incompatible(`network ${excerptOf(other.network)}`)
  const isShared = own.channels.some((channel) => other.channels.includes(channel))
  if (own.channels.length > 0 && !isShared) throw errors.incompatible('no channel in common')
}

/** Where the node says that it can be dialed; undefined if that is not an IP address. */
export function listenAddressOf({ id, listenAddr }: NodeInfo): NetAddress | undefined {
  try {
    return parseNetAddress(`${id}@${withoutProtocol(listenAddr)}`)
  } catch (error) {
    if (error instanceof CodedError) return undefined
    throw error
  }
}
