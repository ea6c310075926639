/** What changed from one root to the next, from whoever has it. */

import type { Answer } from '@wadi/contracts/runtime-network'
import { RUNTIME_SERVICES } from '@wadi/libp2p/names'
import type { Root, WriteLog } from '@wadi/mkvs/roots'
import { diffMethods } from '@wadi/runtime-protocol/peers/methods'
import { askPeersInTurn, type StoragePeers, storageProtocols } from '../peers/askPeers.ts'

/** Keeps nodes connected that can be asked. */
export function wantDiffs(peers: StoragePeers): void {
  for (const protocol of storageProtocols(peers, 'diffsync'))
    peers.network.want(protocol, RUNTIME_SERVICES.diffsync.wanted)
}

/** Asks in today's protocol, then in that of older nodes; rejects with the last failure. */
export async function fetchDiff(
  peers: StoragePeers,
  { from: startRoot, to: endRoot }: { readonly from: Root; readonly to: Root },
  signal: AbortSignal,
): Promise<Answer<WriteLog>> {
  const asked = { method: diffMethods.getDiff, request: { startRoot, endRoot } }
  const protocols = storageProtocols(peers, 'diffsync')
  const { value, feedback } = await askPeersInTurn(peers.network, protocols, asked, { signal })
  return { value: value.writeLog, feedback }
}
