/** A node that a test asks about itself. */

import { zero } from '@wadi/cbor/codec'
import { Status } from '@wadi/consensus/control'
import type { LiveChain } from '../chainSource.ts'
import type { NodeFacts } from '../nodeFacts.ts'

/** Facts of no node in particular. */
export function testFacts(changes: Partial<NodeFacts> = {}): NodeFacts {
  return { softwareVersion: '0', mode: 'client', identity: zero(Status).identity, ...changes }
}

const GOOD_CHECK = {
  code: 0,
  codespace: '',
  data: new Uint8Array(0),
  log: '',
  gasWanted: 0n,
  gasUsed: 0n,
  sender: '',
  priority: 0n,
}

/** What a mempool answers to a transaction that it takes in. */
export const TAKEN_IN = { response: GOOD_CHECK, notAdded: undefined }

/** A node that goes on, and does nothing by itself. */
export function testLive(changes: Partial<LiveChain> = {}): LiveChain {
  return {
    isSynced: true,
    rounds: undefined,
    checkTx: () => TAKEN_IN,
    unconfirmed: () => [],
    estimateGas: () => 0n,
    addEvidence: () => undefined,
    ...changes,
  }
}
