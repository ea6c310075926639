/** Roothash, put together. */

import type { Service } from '../kernel/service.ts'
import { beginBlock, endBlock } from './blocks.ts'
import { initChain } from './genesis.ts'
import { violations } from './invariants.ts'
import { subscriptions } from './messages.ts'
import { methods } from './methods.ts'

const PRIORITY = 15_000n

/** From the commitments of runtimes' nodes to runtimes' blocks. */
export const service: Service = {
  name: '999_roothash',
  methods,
  subscriptions,
  priority: () => PRIORITY,
  initChain,
  beginBlock,
  endBlock: (ctx) => {
    endBlock(ctx)
    return undefined
  },
  violations,
}
