/** What services ask of each other without knowing who answers. */

import { assert, CodedError, definePlainErrors } from '@wadi/base/errors'
import type { ChangeParametersProposal } from '@wadi/consensus/governance'
import type { Runtime } from '@wadi/consensus/registry/runtime'
import type {
  GovernanceMessage,
  RegistryMessage,
  StakingMessage,
} from '@wadi/consensus/roothash/messages'
import type { Address } from '@wadi/primitives/address'
import type { Quantity } from '@wadi/primitives/quantity'
import type { Context } from './context.ts'

/** COMPAT(oasis-core): nobody to ask is an error of the one who asks, without a code. */
export const errors = definePlainErrors('bus', {
  noSubscribers: 'no subscribers to this kind of message',
})

/**
 * A withdrawal that the module of an account's hook decides about.
 * COMPAT(oasis-core): one that no service is meant by is allowed, as long as somebody is asked.
 */
export interface WithdrawHook {
  /** Whom the hook means; anybody else does not answer. */
  readonly module: string
  readonly from: Address
  readonly to: Address
  readonly amount: Quantity
}

/** A call in the name of an account. */
export interface Subcall {
  readonly caller: Address
  readonly method: string
  readonly body: Uint8Array | undefined
}

/** Everything that can be asked, and what the question says. */
export interface Messages {
  /** roothash asks staking to do what a runtime wants. */
  readonly runtimeStakingMessage: StakingMessage
  readonly runtimeRegistryMessage: RegistryMessage
  readonly runtimeGovernanceMessage: GovernanceMessage
  /** The registry tells that a runtime is new, was changed, or runs again. */
  readonly runtimeRegistered: Runtime
  readonly runtimeUpdated: Runtime
  readonly runtimeResumed: Runtime
  /** The scheduler tells that it is about to elect. */
  readonly beforeSchedule: bigint
  /** Governance asks whose parameters are to be changed, and then has them changed. */
  readonly validateParameterChanges: ChangeParametersProposal
  readonly changeParameters: ChangeParametersProposal
  /** Staking asks whether an account's hook allows a withdrawal. */
  readonly withdrawHook: WithdrawHook
  /** The application tells that it goes on from a state that it did not make itself. */
  readonly stateSyncCompleted: undefined
  /** The vault has a call made in its name. */
  readonly executeSubcall: Subcall
}

/** What may be asked. */
export type MessageKind = keyof Messages

/**
 * An answer in CBOR, where the question is a runtime's; else it only says that the question was
 * understood. Undefined is no answer.
 */
export type Answer = Uint8Array | 'understood' | undefined

/** Answers a question, or refuses it. */
export type Subscriber<K extends MessageKind> = (ctx: Context, message: Messages[K]) => Answer

/** What a service answers. */
export type Subscriptions = { readonly [K in MessageKind]?: Subscriber<K> }

/** Puts questions to whoever answers them. */
export interface Bus {
  publish<K extends MessageKind>(ctx: Context, kind: K, message: Messages[K]): Answer
}

/** Several refused: what counts is the first one that has a code. */
function joined(failures: readonly CodedError[]): CodedError {
  const coded = failures.find(({ module }) => module !== 'unknown')
  return coded ?? failures[0]!
}

/** A bus of services that subscribe in this order. Only enabled ones are asked. */
export function createBus(
  services: readonly {
    readonly subscriptions?: Subscriptions
    isEnabled?(ctx: Context): boolean
  }[],
): Bus {
  return {
    publish: (ctx, kind, message) => {
      const failures: CodedError[] = []
      let answer: Answer
      let count = 0
      for (const { subscriptions, isEnabled } of services) {
        const subscriber = subscriptions?.[kind]
        if (subscriber === undefined || isEnabled?.(ctx) === false) continue
        count++
        try {
          const own = subscriber(ctx, message)
          assert(own === undefined || answer === undefined, `bus: two answers to ${kind}`)
          answer ??= own
        } catch (error) {
          if (!(error instanceof CodedError)) throw error
          failures.push(error)
        }
      }
      if (count === 0) throw errors.noSubscribers(kind)
      if (failures.length > 0) throw joined(failures)
      return answer
    },
  }
}
