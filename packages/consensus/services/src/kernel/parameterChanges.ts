/** What services answer when governance asks whether their parameters may be changed, and how. */

import { definePlainErrors } from '@wadi/base/errors'
import { decode, type Schema } from '@wadi/cbor/codec'
import type { ChangeParametersProposal } from '@wadi/consensus/governance'
import type { Subscriptions } from './bus.ts'
import type { Context } from './context.ts'
import type { ReadableState } from './state.ts'

/** COMPAT(oasis-core): whatever is wrong with a change of parameters has no code. */
export const errors = definePlainErrors('parameterChanges', {
  empty: 'consensus parameter changes should not be empty',
})

/** How a service's parameters are changed. */
export interface ParameterRules<P, C extends object> {
  /** The name by which a proposal means this service. */
  readonly module: string
  /** What may be changed. */
  readonly schema: Schema<C>
  /** The parameters that hold. */
  readonly current: (state: ReadableState) => P
  /** Is nothing changed? If no field is there, unless told. */
  readonly isEmpty?: (changes: C) => boolean
  /** The parameters with the changes; {@link withChanges} if fields have the same names. */
  readonly apply: (params: P, changes: C) => P
  /** Refuses parameters that must not be. */
  readonly check: (params: P, ctx: Context) => void
  /** Puts the parameters into force. */
  readonly write: (ctx: Context, params: P, changes: C) => void
}

/** A proposal's changes, and what they make of the parameters. */
export interface ChangedParameters<P, C> {
  readonly params: P
  readonly changes: C
}

/** The parameters with those fields replaced that changes have. */
export function withChanges<P extends object>(
  params: P,
  changes: { readonly [K in keyof P]?: P[K] | undefined },
): P {
  const present = Object.entries(changes).filter(([, value]) => value !== undefined)
  return { ...params, ...Object.fromEntries(present) }
}

function hasNoField(changes: object): boolean {
  return Object.values(changes).every((value) => value === undefined)
}

/** What the parameters would be, as a copy; undefined if the proposal means another service. */
export function changedParameters<P, C extends object>(
  ctx: Context,
  proposal: ChangeParametersProposal,
  rules: ParameterRules<P, C>,
): ChangedParameters<P, C> | undefined {
  if (proposal.module !== rules.module) return undefined
  const changes = decode(rules.schema, proposal.changes)
  const { isEmpty = hasNoField } = rules
  if (isEmpty(changes)) throw errors.empty(rules.module)
  const params = rules.apply(rules.current(ctx.state), changes)
  rules.check(params, ctx)
  return { params, changes }
}

/** A service's answers to governance: they differ only in that the second one writes. */
export function parameterSubscriptions<P, C extends object>(
  rules: ParameterRules<P, C>,
): Required<Pick<Subscriptions, 'validateParameterChanges' | 'changeParameters'>> {
  return {
    validateParameterChanges: (ctx, proposal) =>
      changedParameters(ctx, proposal, rules) === undefined ? undefined : 'understood',
    changeParameters: (ctx, proposal) => {
      const changed = changedParameters(ctx, proposal, rules)
      if (changed === undefined) return undefined
      rules.write(ctx, changed.params, changed.changes)
      return 'understood'
    },
  }
}
