/** Whether all nodes have one chain, everything that was committed in it, and a sound state. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import { TreeState } from '@wadi/compose/tree-state'
import { GenesisDocument } from '@wadi/consensus/genesis/document'
import { checkGenesis } from '@wadi/consensus-services/checkGenesis'
import { services } from '@wadi/consensus-services/services'
import { forbidKeys } from '@wadi/crypto/signature/forbiddenKeys'
import { signatureRules } from '@wadi/crypto/signature/verification'
import type { Committed } from '@wadi/node/workload'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { RESERVED_PUBLIC_KEYS } from '@wadi/primitives/reservedAddresses'
import type { NodeClient } from '@wadi/sdk/node-client'

function assertSame(values: readonly string[], what: string): void {
  assert(new Set(values).size === 1, `${what}: ${values.join(', ')}`)
}

/** No fork: every block, and the state before it, is the same on all nodes. */
export async function checkBlocks(clients: readonly NodeClient[], last: bigint): Promise<void> {
  for (let height = 1n; height <= last; height++) {
    const blocks = await Promise.all(clients.map(({ consensus }) => consensus.getBlock(height)))
    const of = ({ hash, stateRoot }: (typeof blocks)[number]) =>
      `${toHex(hash)} after ${toHex(stateRoot.hash)}`
    assertSame(blocks.map(of), `one block ${height}`)
  }
}

/** Nothing is lost: what a node said is in a block is in that block on all nodes. */
export async function checkCommitted(
  clients: readonly NodeClient[],
  committed: readonly Committed[],
): Promise<void> {
  for (const [height, expected] of Map.groupBy(committed, (one) => one.height))
    for (const { consensus } of clients) {
      const there = await consensus.getTransactions(height)
      for (const { raw } of expected) {
        const isThere = there.some((one) => equalBytes(one, raw))
        assert(isThere, `a transaction of block ${height} is lost`)
      }
    }
}

/** The state of all nodes at a height is the same, and a network could begin with it. */
export async function checkDumps(clients: readonly NodeClient[], height: bigint): Promise<bigint> {
  const dumps = await Promise.all(clients.map(({ consensus }) => consensus.stateToGenesis(height)))
  const [first] = dumps
  assert(first !== undefined, 'there are nodes')
  const raw = encode(GenesisDocument, first)
  const areSame = dumps.every((one) => equalBytes(encode(GenesisDocument, one), raw))
  assert(areSame, `one state at height ${height}`)
  const signatures = signatureRules(forbidKeys(RESERVED_PUBLIC_KEYS))
  checkGenesis(first, { isDebug: true, signatures })
  return first.staking.totalSupply
}

/** Whatever must always hold of a state holds of the last one of a node that has ended. */
export function checkInvariants(dataDir: string, chain: string): bigint {
  const folder = `${dataDir}/application`
  const state = new TreeState({ folder, files: nodeFiles, chain, durability: 'sync' })
  try {
    const { latestVersion } = state.database
    assert(latestVersion !== undefined, 'there is a state')
    const tree = state.openAt(latestVersion)
    const found = services.flatMap(({ violations }) => [...violations(tree)])
    const sentences = found.map(({ invariant, details }) => `${invariant}: ${details}`)
    assert(found.length === 0, `what always holds, in ${dataDir}: ${sentences.join('; ')}`)
    return latestVersion
  } finally {
    state.close()
  }
}
