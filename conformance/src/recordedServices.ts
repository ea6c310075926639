/** What a node of ours with a recorded chain answers to a runtime that asks. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { assert, CodedError } from '@wadi/base/errors'
import { make } from '@wadi/cbor/codec'
import { TransactionEvent } from '@wadi/consensus/consensus/api'
import type { RuntimeServices, StateReader } from '@wadi/contracts/runtime-services'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { proveGet, proveIterate, provePrefixes, type WireRoot } from '@wadi/mkvs/syncer'
import { createTree, type Tree } from '@wadi/mkvs/tree'
import type { ChainSource } from '@wadi/node-api/chain-source'
import { createNodeApi } from '@wadi/node-api/node-api'
import { testFacts } from '@wadi/node-api/testing/test-facts'
import type { Namespace } from '@wadi/primitives/namespace'
import type { Node } from '@wadi/primitives/node'
import { PublicKey } from '@wadi/primitives/publicKey'
import { applyDiff } from './recordedRoots.ts'
import { roundVersions } from './stateVersions.ts'

/** A node at a moment of the recording. */
export interface RecordedNode {
  readonly services: RuntimeServices
  /** The last block that the node has got to: what it was then follows from no chain. */
  tip: bigint
}

/** A node that runs one of the runtimes of a recorded chain. */
export function recordedNode(
  source: ChainSource,
  chain: string,
  runtimeId: Namespace,
): RecordedNode {
  const { methods } = createNodeApi({ source, facts: testFacts({ mode: 'archive' }) })
  const ask = (method: string, request: unknown) => methods[method]!.answer(request, {})
  const nodes = ask('Registry/GetNodes', source.lastHeight) as readonly Node[]
  const stored = new Map<string, Uint8Array>()
  const node: RecordedNode = {
    tip: source.lastHeight,
    services: {
      consensus: {
        state: readerOf(({ version }) => source.stateAt(version)),
        lightBlock: (height) => ask('Consensus/GetLightBlock', height || node.tip),
        validators: (height) => ask('Consensus/GetValidators', height || node.tip),
        transactions: (height) => ask('Consensus/GetTransactionsWithProofs', height),
        genesisHeight: () => source.document.height,
        events: async (height, service) => {
          assert(service === 'staking', 'no runtime in the recordings asks for other events')
          const events = await ask('Staking/GetEvents', height)
          return events.map((staking: TransactionEvent['staking']) =>
            make(TransactionEvent, { staking }),
          )
        },
      },
      runtimeState: readerOf(roundStates(chain)),
      localStorage: {
        get: (key) => stored.get(toHex(key)),
        set: (key, value) => void stored.set(toHex(key), value),
      },
      // The key manager is the only node of its kind.
      keyManager: { call: refuseCall, submitFeedback: () => undefined },
      identity: { nodeId: nodeThatRuns(nodes, runtimeId), proveFreshness: refuseCall },
    },
  }
  return node
}

function refuseCall(): never {
  throw new CodedError('unknown', 1, 'recorded.noPeers', 'no peers given to service the request')
}

function readerOf(treeOf: (root: WireRoot) => Tree): StateReader {
  return {
    get: (request) => proveGet(treeOf(request.tree.root), request),
    getPrefixes: (request) => provePrefixes(treeOf(request.tree.root), request),
    iterate: (request) => proveIterate(treeOf(request.tree.root), request),
  }
}

/** The states of the chain's runtime, each built once. */
function roundStates(chain: string): (root: WireRoot) => Tree {
  const arena = new Arena()
  const trees = new Map<bigint, Tree>()
  return ({ namespace, version: wanted }) => {
    const known = trees.get(wanted)
    if (known !== undefined) return known
    const tree = createTree(arena, { namespace, type: ROOT_TYPE_STATE })
    for (const { version, state_diff } of roundVersions(chain)) {
      if (version <= wanted) applyDiff(tree, state_diff)
    }
    tree.commit({ version: wanted, baseAddress: 1 })
    trees.set(wanted, tree)
    return tree
  }
}

/** Where several nodes run it, it does not matter: none of those asked who it is on. */
function nodeThatRuns(nodes: readonly Node[], runtimeId: Namespace): PublicKey {
  const node = nodes.find(({ runtimes = [] }) =>
    runtimes.some((each) => each !== undefined && equalBytes(each.id, runtimeId)),
  )
  return node?.id ?? PublicKey.zero
}
