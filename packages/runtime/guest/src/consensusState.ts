/** Which state of the consensus layer goes with a light block. */

import type { LightBlock as WireLightBlock } from '@wadi/consensus/consensus/block'
import { ROOT_TYPE_STATE, type Root } from '@wadi/mkvs/roots'
import { Hash } from '@wadi/primitives/hash'
import { Namespace } from '@wadi/primitives/namespace'
import { decode } from '@wadi/protobuf/codec'
import { LightBlock } from '@wadi/tendermint/types/lightBlock'
import { errors } from './errors.ts'

/**
 * The state before the block: its header names no later one. Without a trust root, as everywhere
 * where there is no enclave, the host is believed.
 */
export function stateBefore({ height, meta }: WireLightBlock): Root {
  const { header } = decode(LightBlock, meta).signedHeader
  if (header.height !== height || height < 1n) throw errors.otherHeight(`${height}`)
  const hash = Hash.check(header.appHash)
  return { namespace: Namespace.zero, version: height - 1n, type: ROOT_TYPE_STATE, hash }
}
