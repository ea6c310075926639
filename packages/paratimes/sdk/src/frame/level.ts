/** One level of execution: what it has changed, told and sent, until it is kept or dropped. */

import type { Message } from '@wadi/consensus/roothash/messages'
import type { Hash } from '@wadi/primitives/hash'
import { EventLog } from '../events.ts'
import { Overlay, type Store } from '../state/overlay.ts'
import type { Call, CallAuthInfo } from '../types/transaction.ts'

/**
 * Why something is executed: for good; to see whether a transaction is good; to see what it would
 * cost; to see whether it goes into the batch that is being made.
 */
export type Mode = 'execute' | 'check' | 'simulate' | 'pre-schedule'

/** A transaction, or a call from within, that is being executed. */
export interface ActiveTransaction {
  readonly call: Call
  readonly authInfo: CallAuthInfo
  readonly size: number
  readonly index: number
  readonly hash: Hash
}

/** Under which circumstances a level is executed. */
export interface Environment {
  readonly mode: Mode
  readonly transaction: ActiveTransaction | undefined
  /** Is it a call from within? */
  readonly isInternal: boolean
}

/** Who is told the result of a message, and what it wanted to remember. */
export interface MessageHook {
  readonly hookName: string
  readonly payload: Uint8Array
}

/** A message to the consensus layer. */
export interface EmittedMessage {
  readonly message: Message
  readonly hook: MessageHook
}

/** A place for a value, by its identity. */
export interface Slot<T> {
  readonly name: string
  readonly initial: () => T
}

/** Values by slot. */
export type Slots = Map<Slot<unknown>, unknown>

/** A level. */
export interface Level {
  readonly parent: Level | undefined
  readonly store: Overlay
  readonly events: EventLog
  /** What is told even if all else is dropped. */
  readonly unconditional: EventLog
  readonly messages: EmittedMessage[]
  /** Shared by all levels of a batch, unless hidden from this one and those above. */
  readonly blockValues: Slots
  readonly localValues: Slots
  readonly environment: Environment
  readonly isAlwaysDropped: boolean
}

/** How a level differs from the one below. */
export interface LevelOptions {
  readonly mode?: Mode
  readonly transaction?: ActiveTransaction
  readonly isInternal?: true
}

interface RootOptions {
  readonly mode: Mode
  readonly store: Pick<Store, 'get' | 'pairs'>
}

/** The level of a batch, of a check or of a query. */
export function rootLevel({ mode, store }: RootOptions): Level {
  return {
    parent: undefined,
    store: new Overlay(store),
    events: new EventLog(),
    unconditional: new EventLog(),
    messages: [],
    blockValues: new Map(),
    localValues: new Map(),
    environment: { mode, transaction: undefined, isInternal: false },
    isAlwaysDropped: false,
  }
}

/** A level above. Trials, and calls from within, do not see the values of the block. */
export function openLevel(parent: Level, options: LevelOptions): Level {
  const { mode, transaction, isInternal } = options
  const isTrial = mode === 'pre-schedule' || mode === 'simulate'
  const { environment } = parent
  return {
    parent,
    store: new Overlay(parent.store),
    events: new EventLog(),
    unconditional: new EventLog(),
    messages: [],
    blockValues: isTrial || isInternal === true ? new Map() : parent.blockValues,
    localValues: new Map(),
    environment: {
      mode: mode ?? environment.mode,
      transaction: transaction ?? environment.transaction,
      isInternal: isInternal ?? environment.isInternal,
    },
    isAlwaysDropped: isTrial,
  }
}

/** Makes a level part of the one below. */
export function keepLevel({ parent, store, events, unconditional, messages }: Level): void {
  if (parent === undefined) return
  store.commit(parent.store)
  parent.messages.push(...messages)
  parent.events.addAll(events)
  parent.unconditional.addAll(unconditional)
}

/** How many messages were sent on this level and on those below. */
export function messageCountOf(level: Level): number {
  let count = 0
  for (let at: Level | undefined = level; at !== undefined; at = at.parent) {
    count += at.messages.length
  }
  return count
}
