/** Validators of the entities of some numbers, one node each unless told otherwise. */

import * as registryKeys from '@wadi/consensus/registry/keys'
import { validatorAddress } from '@wadi/tendermint/validatorAddress'
import type { CometAddress, Vote } from '../kernel/block.ts'
import type { Context } from '../kernel/context.ts'
import { write } from '../kernel/state.ts'
import { putNode, testKey, testNode } from './testNodes.ts'

/** How CometBFT names the node of a number. */
export function validatorOf(n: number): CometAddress {
  return validatorAddress(testNode(n).consensus.id)
}

/** Registers the node of a number for the entity of a number. */
export function putValidator({ state }: Context, n: number, entity = n): void {
  const node = testNode(n, { entityId: testKey(entity) })
  putNode(state, node)
  write(state, registryKeys.nodesByCometAddress, [validatorOf(n)], node.id)
}

/** Votes of the nodes of some numbers. */
export function votesOf(...numbers: readonly number[]): readonly Vote[] {
  return numbers.map((n) => ({ validator: validatorOf(n), hasSigned: true }))
}
