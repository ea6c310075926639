import type { Service } from '../kernel/service.ts'
import { beginBlock, endBlock } from './blocks.ts'
import { initChain } from './genesis.ts'
import { violations } from './invariants.ts'
import { subscriptions } from './messages.ts'
import { methods } from './methods.ts'

/** Proposals and votes: upgrades of the network, and changes of its parameters. */
export const service: Service = {
  name: '300_governance',
  methods,
  subscriptions,
  priority: () => 25_000n,
  initChain,
  beginBlock,
  endBlock,
  violations,
}
