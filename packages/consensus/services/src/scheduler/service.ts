import type { Service } from '../kernel/service.ts'
import { beginBlock, endBlock } from './blocks.ts'
import { initChain } from './genesis.ts'
import { violations } from './invariants.ts'
import { subscriptions } from './messages.ts'

/** Elects validators and committees. It has no transactions. */
export const service: Service = {
  name: '200_scheduler',
  methods: {},
  subscriptions,
  priority: () => 0n,
  initChain,
  beginBlock,
  endBlock,
  violations,
}
