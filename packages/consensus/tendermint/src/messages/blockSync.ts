/** What nodes say that fetch old blocks, or have them. */

import { definePlainErrors } from '@wadi/base/errors'
import type { Infer } from '@wadi/protobuf/codec'
import { field, message, required } from '@wadi/protobuf/message'
import { oneOf } from '@wadi/protobuf/oneOf'
import { int64 } from '@wadi/protobuf/scalars'
import { checkBlockBasics } from '../basic/checkBlockBasics.ts'
import { Block } from '../types/block.ts'

const errors = definePlainErrors('blockSyncMessage', {
  badHeight: 'no such height',
})

const OfHeight = message({ height: field(1, int64) })

/** A request or an answer. */
export const BlockSyncMessage = oneOf({
  'block-request': field(1, OfHeight),
  'no-block': field(2, OfHeight),
  block: field(3, message({ block: required(1, Block) })),
  'status-request': field(4, message({})),
  /** Which blocks a node has: `base` is the first. */
  status: field(5, message({ height: field(1, int64), base: field(2, int64) })),
})
export type BlockSyncMessage = Infer<typeof BlockSyncMessage>

/** Refuses what no honest node says: also blocks that contradict themselves. */
export function checkBlockSyncMessage(said: BlockSyncMessage): void {
  switch (said.kind) {
    case 'block-request':
    case 'no-block':
      if (said.body.height < 0n) throw errors.badHeight(`${said.body.height}`)
      return
    case 'block':
      checkBlockBasics(said.body.block)
      return
    case 'status-request':
      return
    case 'status': {
      const { height, base } = said.body
      if (base < 0n || height < base) throw errors.badHeight(`${base} to ${height}`)
      return
    }
  }
}
