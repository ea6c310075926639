/** What the runtimes of a node may ask it. */

import { encode } from '@wadi/cbor/codec'
import { ProveFreshness } from '@wadi/consensus/registry/methods'
import type { EnclaveCaller, RuntimeServices } from '@wadi/contracts/runtime-services'
import type { ShellStore } from '@wadi/node-storage/shell-store'
import { PublicKey } from '@wadi/primitives/publicKey'
import { nodeServices } from '@wadi/workers/node-services'
import type { RuntimeStore } from '@wadi/workers/runtime-store'
import type { RuntimeSurroundings } from './nodeRuntime.ts'
import { consensusStates } from './runtimeAsk.ts'

/** What is of one runtime alone. A key manager has no states, and no transactions. */
export interface ServiceParts {
  readonly local: ShellStore
  readonly caller: EnclaveCaller
  readonly store?: RuntimeStore
  readonly fetchBatch?: (limit: number) => readonly Uint8Array[]
}

/** The services for one of them. */
export function servicesOf(
  { ask, genesisHeight, node, submitter }: RuntimeSurroundings,
  { local, caller, store, fetchBatch }: ServiceParts,
): RuntimeServices {
  return nodeServices({
    ask,
    consensusState: consensusStates(ask),
    genesisHeight,
    localStorage: local,
    keyManager: caller,
    identity: {
      nodeId: PublicKey.check(node.publicKey),
      proveFreshness: (blob, signal) => {
        const body = encode(ProveFreshness, blob)
        return submitter.submitProved(node, { method: 'registry.ProveFreshness', body }, signal)
      },
    },
    ...(store && { store }),
    ...(fetchBatch && { pool: { fetchBatch } }),
  })
}
