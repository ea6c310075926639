/** What becomes of a block, on the three ways on which a block comes to an application. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import type { Application } from '@wadi/consensus-services/application'
import type { EndBlockResult, TxResult } from '@wadi/consensus-services/application/results'
import type { BlockEvent } from '@wadi/consensus-services/kernel/events'
import type { ReplayedBlock } from '../replay/recordedHeader.ts'
import { pretend } from './belief.ts'

/** Everything that a block answered, and the state after it. */
export interface DecidedBlock {
  readonly beginEvents: readonly BlockEvent[]
  readonly txResults: readonly TxResult[]
  readonly endResult: EndBlockResult
  readonly rootHash: Uint8Array
}

/** No block of a recorded chain is larger. */
const BYTES_MAX = 1n << 26n

/** Has a proposer make a block of these transactions; empty if it cannot. */
export function propose(
  application: Application,
  block: ReplayedBlock,
  proposer: Uint8Array,
): readonly Uint8Array[] {
  const { hash: _, ...header } = block
  return application.prepareProposal({ ...header, bytesMax: BYTES_MAX }, pretend(proposer))
}

/** Is the block one that an application would vote for? */
export function isAcceptable(application: Application, block: ReplayedBlock): boolean {
  return application.processProposal(block, block.transactions)
}

/** Runs a block that the network has decided, up to its end. */
export function run(
  application: Application,
  block: ReplayedBlock,
): Omit<DecidedBlock, 'rootHash'> {
  application.announce(block.transactions)
  const beginEvents = application.beginBlock(block)
  const txResults = block.transactions.map((raw) => application.deliverTx(raw))
  return { beginEvents, txResults, endResult: application.endBlock() }
}

/** Runs and commits a block that the network has decided. */
export function decide(application: Application, block: ReplayedBlock): DecidedBlock {
  const decided = run(application, block)
  return { ...decided, rootHash: application.commit().rootHash }
}

/** Why no proposal comes of a block: what running it as one throws. */
export function failureOf(application: Application, block: ReplayedBlock): unknown {
  try {
    run(application, { ...block, hash: EMPTY_BYTES })
    return undefined
  } catch (failure) {
    return failure
  }
}
