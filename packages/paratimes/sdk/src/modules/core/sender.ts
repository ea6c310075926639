/** Where a transaction that was checked belongs. */

import type { Address } from '@wadi/primitives/address'
import type { Frame } from '../../frame/frame.ts'
import type { Slot } from '../../frame/level.ts'

/** Who sent a transaction, with which nonce, and which one is next. */
export interface SenderMeta {
  readonly address: Address
  readonly nonce: bigint
  readonly stateNonce: bigint
}

const priorities: Slot<bigint> = { name: 'core.priority', initial: () => 0n }
const senders: Slot<SenderMeta | undefined> = { name: 'core.sender', initial: () => undefined }

/** The more a transaction pays for its gas, the earlier it is. */
export function setPriority(frame: Frame, priority: bigint): void {
  frame.setBlockValue(priorities, priority)
}

export function takePriority(frame: Frame): bigint {
  return frame.takeBlockValue(priorities)
}

export function setSender(frame: Frame, sender: SenderMeta): void {
  frame.setBlockValue(senders, sender)
}

export function takeSender(frame: Frame): SenderMeta | undefined {
  return frame.takeBlockValue(senders)
}
