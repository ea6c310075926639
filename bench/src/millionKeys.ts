/** A process of its own: fills a tree with a million keys and prints the memory that it takes. */

import { hash } from 'node:crypto'
import { Arena } from '@wadi/mkvs/arena'
import { ROOT_TYPE_STATE } from '@wadi/mkvs/roots'
import { createTree } from '@wadi/mkvs/tree'

const KEY_COUNT = 1_000_000
const BATCH_SIZE = 1_000
/** Nothing may be dropped from memory: the arena takes as much as WebAssembly can address. */
const ARENA_BYTES = 2 ** 31

const tree = createTree(new Arena({ bytesMax: ARENA_BYTES }), {
  namespace: new Uint8Array(32),
  type: ROOT_TYPE_STATE,
})
for (let i = 0; i < KEY_COUNT; i++) {
  const key = hash('sha512-256', `key ${i}`, 'buffer')
  tree.insert(key, hash('sha512', `value ${i}`, 'buffer'))
  if ((i + 1) % BATCH_SIZE === 0) tree.commit({ version: BigInt(i + 1), baseAddress: 1 })
}
if (tree.get(hash('sha512-256', 'key 0', 'buffer')) === undefined) process.exitCode = 1
process.stdout.write(`${process.memoryUsage.rss()}\n`)
