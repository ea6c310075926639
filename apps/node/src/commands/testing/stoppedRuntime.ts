/** What a node that does not run has of a runtime: rounds, and their trees. */

import { join } from 'node:path'
import { toUtf8 } from '@wadi/base/bytes'
import type { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import { RUNTIME_PLACES, runtimeFolder } from '@wadi/contracts/runtime-places'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_IO, ROOT_TYPE_STATE, type Root, type RootType } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'
import { DiskStore } from '@wadi/node-storage/disk-store'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { EMPTY_HASH, Hash } from '@wadi/primitives/hash'
import type { Namespace } from '@wadi/primitives/namespace'
import { genesisBlock, normalBlock } from '@wadi/runtime-protocol/block'
import { RoundHistory } from '@wadi/workers/round-history'
import { RuntimeStore } from '@wadi/workers/runtime-store'

/** Where it is, and how much. */
export interface StoppedRuntime {
  readonly dataDir: string
  readonly chain: string
  readonly runtimeId: Namespace
  /** Each writes a pair into both of its trees. */
  readonly rounds: number
}

/** Makes it, one round in each height from 1 on; gives the state after the last one. */
export async function stoppedRuntime(options: StoppedRuntime): Promise<Root> {
  const { dataDir, chain, runtimeId, rounds } = options
  const folder = join(dataDir, runtimeFolder(runtimeId))
  nodeFiles.makeFolder(folder)
  const store = new RuntimeStore({
    files: nodeFiles,
    path: `${folder}/${RUNTIME_PLACES.trees}`,
    chain,
    runtimeId,
  })
  const history = await DiskStore.open({ path: `${folder}/${RUNTIME_PLACES.history}`, chain })
  const blocks: AnnotatedBlock[] = []
  const state = createTree(new Arena(), { namespace: runtimeId, type: ROOT_TYPE_STATE })
  let last = state.root
  let block = genesisBlock({
    namespace: runtimeId,
    round: 0n,
    stateRoot: EMPTY_HASH,
    timestamp: 0n,
  })
  for (let round = 0; round < rounds; round++) {
    const version = BigInt(round)
    const pair = [toUtf8(`key ${round}`), toUtf8(`value ${round}`)] as const
    const io = createTree(new Arena(), { namespace: runtimeId, type: ROOT_TYPE_IO })
    const roots = [state, io].map((tree) => {
      const from = { ...tree.root, version: tree === io ? version : tree.root.version }
      tree.insert(...pair)
      const { root } = tree.commit({ version, baseAddress: 1 })
      store.apply({ from, to: root, writeLog: [pair] })
      return root
    })
    const rootOf = (type: RootType) => Hash.check(roots.find((root) => root.type === type)!.hash)
    const next = normalBlock(block, 0n, {
      ioRoot: rootOf(ROOT_TYPE_IO),
      stateRoot: rootOf(ROOT_TYPE_STATE),
      messagesHash: EMPTY_HASH,
      inMsgsHash: EMPTY_HASH,
    })
    const header = { ...next.header, round: version }
    block = { header }
    store.finalize(header)
    blocks.push({ consensusHeight: version + 1n, block })
    last = state.root
  }
  await (await RoundHistory.open({ store: history, runtimeId, seen: 'committed' })).commit(blocks)
  await history.close()
  store.close()
  return last
}
