/** Tells nodes that catch up of blocks that it does not have, and gives them others. */

import { randomBelow } from '@wadi/base/random'
import { decode, encode } from '@wadi/protobuf/codec'
import { BlockSyncMessage } from '@wadi/tendermint/messages/blockSync'
import type { Block } from '@wadi/tendermint/types/block'
import type { Behaviour, Means } from './behaviour.ts'
import { BLOCK_SYNC } from './channels.ts'

const HASH_SIZE = 32

/** See the top of this file. */
export function lieInSync({ random }: Means): Behaviour {
  const lie = (said: BlockSyncMessage): BlockSyncMessage | undefined => {
    switch (said.kind) {
      case 'status': {
        const { height, base } = said.body
        const far = height + BigInt(randomBelow(random, 100))
        return { kind: 'status', body: { height: far, base } }
      }
      case 'no-block':
        return undefined
      case 'block': {
        const { block } = said.body
        const { height } = block.header
        if (randomBelow(random, 4) === 0) return { kind: 'no-block', body: { height } }
        return { kind: 'block', body: { block: falsified(block) } }
      }
      default:
        return said
    }
  }
  const falsified = (block: Block): Block => {
    const header = { ...block.header }
    switch (randomBelow(random, 4)) {
      case 0:
        return { ...block, header: { ...header, appHash: random.bytes(HASH_SIZE) } }
      case 1:
        return { ...block, header: { ...header, height: header.height + 1n } }
      case 2:
        return { ...block, transactions: [] }
      default: {
        if (block.lastCommit === undefined) return { ...block, transactions: [] }
        const [, ...others] = block.lastCommit.signatures
        const signatures = [{ flag: 'absent' as const }, ...others]
        return { ...block, lastCommit: { ...block.lastCommit, signatures } }
      }
    }
  }
  return {
    outgoing(sent) {
      if (sent.channel !== BLOCK_SYNC || randomBelow(random, 2) === 0) return undefined
      const lied = lie(decode(BlockSyncMessage, sent.bytes))
      return lied === undefined ? [] : [{ ...sent, bytes: encode(BlockSyncMessage, lied) }]
    },
  }
}
