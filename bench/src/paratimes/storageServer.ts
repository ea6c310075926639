/**
 * A process of its own: makes the rounds in a folder, with a checkpoint of the last one, says where
 * it listens and what the blocks are as a line of JSON, and serves both until its input ends.
 */

import { toHex } from '@wadi/base/bytes'
import { assert } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import { list } from '@wadi/cbor/collections'
import { AnnotatedBlock } from '@wadi/consensus/roothash/api'
import { CHAIN, startLoopback } from '@wadi/libp2p/testing/start-loopback'
import { EMPTY_HASH } from '@wadi/mkvs/roots'
import { CheckpointFiles } from '@wadi/node-storage/checkpoint-files'
import { nodeFiles } from '@wadi/node-storage/node-files'
import { ioRootOf, stateRootOf } from '@wadi/runtime-protocol/block'
import { RuntimeStore } from '@wadi/workers/runtime-store'
import { serveStorage } from '@wadi/workers/serve-storage'
import { RUNTIME_ID, storageRounds } from './storageRounds.ts'

const CHUNK_SIZE = 8 * 1024 * 1024

const folder = process.argv[2]
assert(folder !== undefined, 'the folder is the argument')
const store = new RuntimeStore({
  files: nodeFiles,
  path: `${folder}/trees`,
  chain: CHAIN,
  runtimeId: RUNTIME_ID,
  durability: 'finalized',
})
const checkpoints = new CheckpointFiles(nodeFiles, `${folder}/checkpoints`)
const blocks: AnnotatedBlock[] = []
for (const { block, state } of storageRounds()) {
  const { header } = block.block
  const before = blocks.at(-1)?.block.header
  if (before !== undefined) {
    const [io, to] = [ioRootOf(header), stateRootOf(header)]
    store.apply({ from: { ...io, hash: EMPTY_HASH }, to: io, writeLog: [] })
    store.apply({ from: stateRootOf(before), to, writeLog: state })
  }
  store.finalize(header)
  blocks.push(block)
}
const { header } = blocks.at(-1)!.block
for (const root of [ioRootOf(header), stateRootOf(header)])
  await checkpoints.create({ tree: store.treeAt(root), chunkSize: CHUNK_SIZE, subtrees: 1 })

const network = await startLoopback('server')
serveStorage({
  network,
  chainContext: CHAIN,
  runtimeId: RUNTIME_ID,
  store,
  checkpoints,
  offer: 'sync',
  onFatal: (error) => {
    throw error
  },
})
const told = toHex(encode(list(AnnotatedBlock), blocks))
process.stdout.write(
  `${JSON.stringify({ port: Number(network.addresses[0]!.port), blocks: told })}\n`,
)
process.stdin.resume().once('end', () => process.exit())
