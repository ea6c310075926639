/** What modules work with: the levels of a batch, a check or a query, and what is around them. */

import { assert, definePlainErrors } from '@wadi/base/errors'
import type { RoundResults } from '@wadi/consensus/roothash'
import type { Message } from '@wadi/consensus/roothash/messages'
import type { SignatureContext } from '@wadi/crypto/signature/context'
import type { State } from '@wadi/mkvs/state'
import type { Address } from '@wadi/primitives/address'
import type { RuntimeContext, RuntimeTag } from '@wadi/runtime-protocol/runtime'
import { callDataContext, transactionContext } from '../authentication/signatureContext.ts'
import { aborts } from '../errors.ts'
import { type EventKind, EventLog } from '../events.ts'
import { errors as coreErrors } from '../modules/core/errors.ts'
import type { Paratime } from '../paratime.ts'
import type { Store } from '../state/overlay.ts'
import { addressOf, type Caller } from '../types/transaction.ts'
import type { CallKeys } from './callKeys.ts'
import {
  type ActiveTransaction,
  type EmittedMessage,
  type Environment,
  keepLevel,
  type Level,
  type LevelOptions,
  type MessageHook,
  type Mode,
  messageCountOf,
  openLevel,
  rootLevel,
  type Slot,
} from './level.ts'

const errors = definePlainErrors('paratime', {
  noNetwork: 'it has not been said which network this is',
})

const NO_SIGNER = 'index out of bounds: the len is 0 but the index is 0'

/** Whether what a level did becomes part of the one below. */
export interface Outcome<T> {
  readonly fate: 'keep' | 'drop'
  readonly result: T
}

/** What a frame is made of. */
export interface FrameOptions {
  readonly paratime: Paratime
  readonly context: RuntimeContext
  readonly roundResults: RoundResults
  readonly mode: Mode
  readonly store: Pick<Store, 'get' | 'pairs'>
}

/** A batch, a check or a query that is under way. */
export class Frame {
  readonly paratime: Paratime
  readonly context: RuntimeContext
  readonly roundResults: RoundResults
  readonly signatureContext: SignatureContext
  /** Who watches the calls from within that are under way, the outermost first. */
  readonly watchers: ((method: string) => void)[] = []
  #callKeys: { readonly found: CallKeys | undefined } | undefined
  #level: Level

  constructor({ paratime, context, roundResults, mode, store }: FrameOptions) {
    if (context.host === undefined) throw errors.noNetwork()
    this.paratime = paratime
    this.context = context
    this.roundResults = roundResults
    this.signatureContext = transactionContext(context.runtimeId, context.host.chainContext)
    this.#level = rootLevel({ mode, store })
  }

  /** Undefined where nothing can be decrypted. Looked for when somebody asks: few calls do. */
  get callKeys(): CallKeys | undefined {
    this.#callKeys ??= { found: this.paratime.callKeys?.(this.context) }
    return this.#callKeys.found
  }

  /** The text under which the keys of encrypted calls are derived. */
  get callDataContext(): Uint8Array {
    return callDataContext(this.context.runtimeId, this.context.host?.chainContext ?? '')
  }

  get store(): Store {
    return this.#level.store
  }

  get environment(): Environment {
    return this.#level.environment
  }

  /** Is a transaction only looked at, so that nothing of it stays? */
  get isCheckOnly(): boolean {
    const { mode } = this.environment
    return mode === 'check' || mode === 'pre-schedule'
  }

  /** The transaction, or call from within, of this level. */
  get transaction(): ActiveTransaction {
    const { transaction } = this.environment
    assert(transaction !== undefined, 'paratime: there is a transaction')
    return transaction
  }

  /** Who has signed first, or calls from within. */
  get caller(): Caller {
    const caller = this.transaction.authInfo.signerInfo[0]
    // COMPAT(oasis-sdk): one that is only estimated may have no signer; it panics, in these words.
    if (caller === undefined) throw aborts.queryAborted(NO_SIGNER)
    return caller
  }

  get callerAddress(): Address {
    return addressOf(this.caller)
  }

  /** Runs something on a level of its own; one that throws is dropped. */
  nested<T>(options: LevelOptions, run: () => Outcome<T>): T {
    const parent = this.#level
    const level = openLevel(parent, options)
    this.#level = level
    try {
      const { fate, result } = run()
      if (fate === 'keep' && !level.isAlwaysDropped) keepLevel(level)
      return result
    } finally {
      this.#level = parent
    }
  }

  /** Carries what was changed over into the state. */
  commitTo(state: State): void {
    assert(this.#level.parent === undefined, 'paratime: all levels are closed')
    this.#level.store.commit(state)
  }

  get hasChanges(): boolean {
    return this.#level.store.hasChanges
  }

  get changedBytes(): number {
    return this.#level.store.changedBytes
  }

  /** Tells something, if this level and those below are kept. */
  emit<T>(kind: EventKind<T>, body: T): void {
    this.#level.events.add(kind, body)
  }

  /** Tells something even if the transaction fails. */
  emitUnconditionally<T>(kind: EventKind<T>, body: T): void {
    this.#level.unconditional.add(kind, body)
  }

  /**
   * What was told on this level, as tags; of a level that is dropped only the unconditional. The
   * level below does not get to know of it.
   */
  takeTags(fate: Outcome<unknown>['fate']): readonly RuntimeTag[] {
    const { events, unconditional } = this.#level
    const all = new EventLog()
    if (fate === 'keep') all.addAll(events)
    all.addAll(unconditional)
    events.clear()
    unconditional.clear()
    return all.toTags()
  }

  /** How many messages were sent so far in the batch. */
  get messageCount(): number {
    return messageCountOf(this.#level)
  }

  /** What was sent on this level. */
  get ownMessages(): readonly EmittedMessage[] {
    return this.#level.messages
  }

  /** How many messages may be sent in all. */
  get messagesMax(): number {
    const limit = this.environment.transaction?.authInfo.fee.consensusMessages ?? 0
    return limit > 0 ? limit : this.context.maxMessages
  }

  /** Sends a message to the consensus layer, of whose result the hook will be told. */
  emitMessage(message: Message, hook: MessageHook): void {
    if (this.messageCount >= this.messagesMax) throw coreErrors.outOfMessageSlots()
    this.#level.messages.push({ message, hook })
  }

  /** A value that all levels of the batch share. */
  blockValue<T>(slot: Slot<T>): T {
    return valueIn(this.#level.blockValues, slot)
  }

  setBlockValue<T>(slot: Slot<T>, value: T): void {
    this.#level.blockValues.set(slot as Slot<unknown>, value)
  }

  /** The value, which is as it was at first afterwards. */
  takeBlockValue<T>(slot: Slot<T>): T {
    const value = this.blockValue(slot)
    this.#level.blockValues.delete(slot as Slot<unknown>)
    return value
  }

  /** A value of this level alone. */
  localValue<T>(slot: Slot<T>): T {
    return valueIn(this.#level.localValues, slot)
  }

  setLocalValue<T>(slot: Slot<T>, value: T): void {
    this.#level.localValues.set(slot as Slot<unknown>, value)
  }
}

/** A slot holds what was put into it: its type says so. */
function valueIn<T>(values: Map<Slot<unknown>, unknown>, slot: Slot<T>): T {
  const key = slot as Slot<unknown>
  if (!values.has(key)) values.set(key, slot.initial())
  return values.get(key) as T
}
