/** Who and what a state knows: for transactions that mean something in it. */

import type { KnownValues } from '@wadi/cbor/arbitrary'
import { decode } from '@wadi/cbor/codec'
import type { Schema } from '@wadi/cbor/schema'
import * as registryKeys from '@wadi/consensus/registry/keys'
import * as stakingKeys from '@wadi/consensus/staking/keys'
import { entriesOf, type ReadableState, valuesOf } from '@wadi/consensus-services/kernel/state'
import { type Address, stakingAddress } from '@wadi/primitives/address'
import { Entity } from '@wadi/primitives/entity'
import { Node } from '@wadi/primitives/node'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { quantity } from '@wadi/primitives/quantity'

/** Amounts at which rules change their minds in the recorded chains, and some between. */
const AMOUNTS = [0n, 1n, 2n, 10n, 100n, 1_000n, 1_000_000n, 10n ** 9n, 10n ** 18n].map(quantity)

/** Those who may sign in a state, and values that its transactions are about. */
export interface Actors {
  readonly entities: readonly Entity[]
  readonly nodes: readonly Node[]
  /** Whoever has a part in the chain: entities and nodes. */
  readonly signers: readonly PublicKey[]
  readonly known: KnownValues
}

function opened<T>(
  schema: Schema<T>,
  envelopes: Iterable<{ readonly untrustedRawValue: Uint8Array | undefined }>,
): readonly T[] {
  return Array.from(envelopes, ({ untrustedRawValue }) => decode(schema, untrustedRawValue))
}

/** The actors of a state, in the order of its keys. */
export function actorsOf(state: ReadableState): Actors {
  const entities = opened(Entity, valuesOf(state, registryKeys.entities))
  const nodes = opened(Node, valuesOf(state, registryKeys.nodes))
  const signers = [...entities, ...nodes].map(({ id }) => id)
  const holders = Array.from(
    entriesOf(state, stakingKeys.accounts),
    ([[address]]) => address as Address,
  )
  const runtimes = Array.from(valuesOf(state, registryKeys.runtimes), ({ id }) => id)
  const known = {
    PublicKey: [...signers, ...nodes.map(({ consensus }) => consensus.id)],
    Address: [...holders, ...signers.map(stakingAddress)],
    Namespace: runtimes,
    Quantity: AMOUNTS,
  }
  return { entities, nodes, signers, known }
}
