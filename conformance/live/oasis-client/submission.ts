/** Transactions as the client makes them: its estimation of gas, its signatures. */

import type * as oasis from '@oasisprotocol/client'
import { expectThat } from './expectation.ts'
import { accountOf, type Scene } from './scene.ts'

type Wrapper<Body> = oasis.consensus.TransactionWrapper<Body>

/** For a unit of gas: more than a node asks for, so that there are fees. */
const GAS_PRICE = 1n

/** A transaction in a block. */
export interface Committed {
  readonly height: oasis.types.longnum
  /** As events name it. */
  readonly hash: Uint8Array
}

/** Something that a transaction did. */
interface Told {
  readonly tx_hash?: Uint8Array
}

/** What a transaction did, among all that happened at its height. */
export function eventsOf<T extends Told>(events: readonly T[], { hash }: Committed): readonly T[] {
  return events.filter(({ tx_hash }) => tx_hash?.every((byte, i) => byte === hash[i]))
}

/** Says how much gas it takes and what that costs, and signs it. */
export async function sign<Body>(
  scene: Scene,
  wrapper: Wrapper<Body>,
): Promise<oasis.types.SignatureSigned> {
  const { oasis, client } = scene
  const { signer, publicKey, address } = accountOf(scene)
  const { general } = await client.stakingAccount({ height: 0n, owner: address })
  wrapper.setNonce(general?.nonce ?? 0n)
  const gas = BigInt(await wrapper.estimateGas(client, publicKey))
  wrapper.setFeeGas(gas).setFeeAmount(oasis.quantity.fromBigInt(gas * GAS_PRICE))
  await wrapper.sign(signer, await client.consensusGetChainContext())
  expectThat(wrapper.signedTransaction !== null, 'it is not signed')
  return wrapper.signedTransaction
}

/** Waits until it is in a block. */
export async function commit<Body>(scene: Scene, wrapper: Wrapper<Body>): Promise<Committed> {
  const { oasis, client } = scene
  const signed = await sign(scene, wrapper)
  const { height } = await client.consensusSubmitTxWithProof(signed)
  return { height, hash: oasis.misc.fromHex(wrapper.hash()) }
}
