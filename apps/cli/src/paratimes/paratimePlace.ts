/** A ParaTime of the SDK on a network, and how its amounts are written. */

import { parseHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import type { TokenTerms } from '@wadi/node/amounts'
import { addressOfEth } from '@wadi/paratime-sdk/types/addresses'
import type { BaseUnits, Denomination } from '@wadi/paratime-sdk/types/token'
import type { Address } from '@wadi/primitives/address'
import { type ParatimeDesk, queryParatime } from '@wadi/sdk/paratime-queries'
import type { AddressBook } from '../accounts/addressBook.ts'
import { errors } from '../errors.ts'
import type { Network } from '../network/withNetwork.ts'
import { findParatime, type Paratime } from './findParatime.ts'

/** See the top of this file. */
export interface ParatimePlace {
  readonly network: Network
  readonly paratime: Paratime
  readonly desk: ParatimeDesk
  /** The token of the consensus layer, in base units of the ParaTime. */
  readonly token: TokenTerms
  readonly denomination: Denomination
  /** So many base units are one of the consensus layer. */
  readonly scale: bigint
}

const ETH_ADDRESS = /^0x[0-9a-fA-F]{40}$/

/** Asks the ParaTime for its terms. */
export async function openPlace(network: Network, text: string): Promise<ParatimePlace> {
  const paratime = await findParatime(network, text)
  const desk = { client: network.believed, runtimeId: paratime.runtime.id }
  const terms = await queryParatime(desk, 'consensus.Parameters', undefined).catch((error) => {
    if (!(error instanceof CodedError)) throw error
    throw errors.notFound(
      `${text} takes no deposits, or the node does not run it (${error.message}); name another ParaTime, or another node with --node`,
    )
  })
  const { consensusDenomination: denomination, consensusScalingFactor: scale } = terms
  const { symbol, exponent } = network.token
  const token = { symbol, exponent: exponent + `${scale}`.length - 1 }
  return { network, paratime, desk, token, denomination, scale }
}

/** Base units of the ParaTime, of the token of the consensus layer. */
export function unitsOf({ denomination }: ParatimePlace, amount: bigint): BaseUnits {
  return { amount, denomination }
}

/** An account in a ParaTime: also one that is known by its address on Ethereum. */
export function paratimeAddress(book: AddressBook, text: string): Address {
  return ETH_ADDRESS.test(text) ? addressOfEth(parseHex(text.slice(2))) : book.addressOf(text)
}
