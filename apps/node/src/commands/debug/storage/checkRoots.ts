import { equalBytes, toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { EMPTY_HASH } from '@wadi/mkvs/roots'
import { command } from '@wadi/node-config/command'
import type { Namespace } from '@wadi/primitives/namespace'
import { ioRootOf, stateRootOf } from '@wadi/runtime-protocol/block'
import { calls as clientCalls } from '@wadi/runtime-protocol/client/api'
import { treeCalls, workerCalls } from '@wadi/runtime-protocol/client/storageApi'
import { LATEST_ROUND } from '@wadi/workers/round-history'
import { connectionFlags } from '../../connection/connectionFlags.ts'
import { type AskedNode, withNode } from '../../connection/nodeConnection.ts'
import { errors } from '../../transaction/commandErrors.ts'
import { runtimeIdOf } from '../../transaction/flagValues.ts'
import { onlyOperand } from '../../transaction/operand.ts'

const DONE = 0
const MISSING = 1
const ANYTHING = { key: new Uint8Array(), includeSiblings: false, proofVersion: 0 }

/** The roots of a round that the node does not have. */
async function missingAt(node: AskedNode, runtimeId: Namespace, round: bigint) {
  const { header } = await node.ask(clientCalls, 'RuntimeClient/GetBlock', { runtimeId, round })
  const missing: string[] = []
  for (const root of [stateRootOf(header), ioRootOf(header)]) {
    if (equalBytes(root.hash, EMPTY_HASH)) continue
    const tree = { root, position: root.hash }
    try {
      await node.ask(treeCalls, 'Storage/SyncGet', { tree, ...ANYTHING })
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      missing.push(`round ${round} lacks the root ${toHex(root.hash)}: ${error.message}`)
    }
  }
  return missing
}

/** `debug storage check-roots`: asks a node for the trees of all rounds that it keeps. */
export const checkRoots = command({
  name: 'check-roots',
  summary: 'check that a node has all states of a runtime',
  details: [
    'Asks for the trees of each round from the first one that the node keeps to the last one that it has',
    'synced. Ends with 0 if all are there, and with 1 if not. The node has to serve calls for tests.',
  ],
  examples: [
    'wadi-node debug storage check-roots 000000000000000000000000000000000000000000000000e199119c992377cb',
  ],
  operands: '<runtime-id>',
  options: connectionFlags,
  run({ flags, operands }, world) {
    const runtimeId = runtimeIdOf('the runtime', onlyOperand(operands, "a runtime's ID"))
    return withNode(flags, world, async (node) => {
      const first = await node.ask(clientCalls, 'RuntimeClient/GetLastRetainedBlock', runtimeId)
      const query = { runtimeId, round: LATEST_ROUND }
      const last = await node.ask(clientCalls, 'RuntimeClient/GetBlock', query)
      const synced = await node.ask(workerCalls, 'StorageWorker/GetLastSyncedRound', { runtimeId })
      if (synced.round < last.header.round)
        throw errors.badValue(
          `the node has synced round ${synced.round} of ${last.header.round}; wait, and try again`,
        )
      let missing = 0
      for (let { round } = first.header; round <= last.header.round; round++)
        for (const sentence of await missingAt(node, runtimeId, round)) {
          world.err.write(`${sentence}\n`)
          missing++
        }
      if (missing > 0) return MISSING
      const range = `${first.header.round} to ${last.header.round}`
      world.out.write(`all trees of rounds ${range} are there\n`)
      return DONE
    })
  },
})
