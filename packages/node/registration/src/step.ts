/**
 * When a node registers, and when it leaves: what happens goes in, what is to be done comes out.
 * Nothing here knows the time or waits.
 *
 *   syncing ──synced──▶ registering ──leave──▶ leaving ──not registered──▶ left
 *      └───────────────leave─────────────────────▲
 */

import type { Epoch } from '@wadi/primitives/epoch'

type Phase =
  /** Nobody owns the node, so it never registers. */
  | 'ownerless'
  | 'syncing'
  | 'registering'
  /** It does not renew its registration any more, and waits until that is over. */
  | 'leaving'
  | 'left'

/** How far the node is. */
export interface RegistrationState {
  readonly phase: Phase
  /** The epoch that it is; nothing before the node has caught up. */
  readonly epoch: Epoch | undefined
  /** From which height on the registration of this epoch is due. */
  readonly dueHeight: bigint | undefined
  /** Does everything that the node does work, so that it can say so? */
  readonly areRolesReady: boolean
  /** Is a registration on its way, or does a timer wait for another try? */
  readonly attempt: 'none' | 'running' | 'postponed'
  /** Has something come meanwhile for which it has to be done again? */
  readonly isAgain: boolean
  readonly hasRegistered: boolean
  /** Tries in a row that failed before the first registration. */
  readonly failures: number
  /** Is the registry being asked whether the node is still there? */
  readonly isLooking: boolean
}

/** How an attempt ended. Who is deferred has to wait for its owner. */
export type Outcome = 'registered' | 'deferred' | 'failed'

/** What happens. */
export type RegistrationInput =
  | { readonly kind: 'started' }
  | { readonly kind: 'synced' }
  /** An epoch has begun. Who knows no height registers at once. */
  | { readonly kind: 'epoch'; readonly epoch: Epoch; readonly dueHeight: bigint | undefined }
  | { readonly kind: 'block'; readonly height: bigint }
  /** The owner's descriptor is another one. */
  | { readonly kind: 'owner' }
  /** Something of what the node does has changed. */
  | { readonly kind: 'roles'; readonly areReady: boolean }
  | { readonly kind: 'attempted'; readonly outcome: Outcome }
  /** The timer of another try. */
  | { readonly kind: 'timer' }
  /** The operator wants the node to leave the network. */
  | { readonly kind: 'leave' }
  /** What the registry says of the node; who cannot be asked counts as registered. */
  | { readonly kind: 'looked'; readonly isRegistered: boolean }

/** What is to be done. */
export type RegistrationEffect =
  | { readonly kind: 'register'; readonly epoch: Epoch }
  /** To be answered with a `timer`, later the more often it failed. */
  | { readonly kind: 'set-timer'; readonly failures: number }
  | { readonly kind: 'cancel-timer' }
  /** Has to be durable before anything else is done. */
  | { readonly kind: 'remember-leaving' }
  | { readonly kind: 'forget-leaving' }
  /** To be answered with `looked`. */
  | { readonly kind: 'look' }
  /** The node has left, and may stop. */
  | { readonly kind: 'end' }

/** What comes of an input. */
export interface RegistrationStep {
  readonly state: RegistrationState
  readonly effects: readonly RegistrationEffect[]
}

/** What is known when a node starts. */
export interface RegistrationBeginning {
  readonly hasOwner: boolean
  /** Did the operator want it to leave, and the node stopped before it had? */
  readonly isLeaving: boolean
}

/** A node that has just started. */
export function beginRegistration(beginning: RegistrationBeginning): RegistrationState {
  return {
    phase: phaseOf(beginning),
    epoch: undefined,
    dueHeight: undefined,
    areRolesReady: false,
    attempt: 'none',
    isAgain: false,
    hasRegistered: false,
    failures: 0,
    isLooking: false,
  }
}

function phaseOf({ hasOwner, isLeaving }: RegistrationBeginning): Phase {
  if (!hasOwner) return 'ownerless'
  return isLeaving ? 'leaving' : 'syncing'
}

/** See the top of this file. */
export function stepRegistration(
  state: RegistrationState,
  input: RegistrationInput,
): RegistrationStep {
  switch (input.kind) {
    case 'started':
      return state.phase === 'leaving' ? look(state) : stay(state)
    case 'synced':
      return stay(state.phase === 'syncing' ? { ...state, phase: 'registering' } : state)
    case 'epoch':
      return beginEpoch(state, input.epoch, input.dueHeight)
    case 'block':
      return passBlock(state, input.height)
    case 'owner':
      return register(state)
    case 'roles':
      return register({ ...state, areRolesReady: input.areReady })
    case 'attempted':
      return endAttempt({ ...state, attempt: 'none' }, input.outcome)
    case 'timer':
      return state.attempt === 'postponed' ? register({ ...state, attempt: 'none' }) : stay(state)
    case 'leave':
      return leave(state)
    case 'looked':
      return endLook({ ...state, isLooking: false }, input.isRegistered)
  }
}

function stay(state: RegistrationState): RegistrationStep {
  return { state, effects: [] }
}

function beginEpoch(
  state: RegistrationState,
  epoch: Epoch,
  dueHeight: bigint | undefined,
): RegistrationStep {
  if (state.phase !== 'registering') return stay(state)
  const begun = { ...state, epoch, dueHeight }
  return dueHeight === undefined ? register(begun) : stay(begun)
}

function passBlock(state: RegistrationState, height: bigint): RegistrationStep {
  if (state.phase === 'leaving') return look(state)
  const { dueHeight } = state
  return dueHeight !== undefined && height >= dueHeight ? register(state) : stay(state)
}

/** Registers, unless something is missing or it is being done. What was due is done by that. */
function register(state: RegistrationState): RegistrationStep {
  if (state.phase !== 'registering' || state.epoch === undefined) return stay(state)
  const { epoch } = state
  const done: RegistrationState = { ...state, dueHeight: undefined, isAgain: false }
  if (!state.areRolesReady) return stay(done)
  if (state.attempt === 'running') return stay({ ...done, isAgain: true })
  return {
    state: { ...done, attempt: 'running' },
    effects: [...timerEnd(state), { kind: 'register', epoch }],
  }
}

/**
 * COMPAT(oasis-core): until the first registration it is tried again and again; a renewal that
 * fails is left to the next epoch, before which the descriptor does not expire.
 */
function endAttempt(state: RegistrationState, outcome: Outcome): RegistrationStep {
  if (state.phase === 'leaving') return look(state)
  const { hasRegistered, failures } = state
  const ended: RegistrationState =
    outcome === 'registered' ? { ...state, hasRegistered: true, failures: 0 } : state
  if (state.isAgain) return register(ended)
  if (outcome !== 'failed' || hasRegistered || state.phase !== 'registering') return stay(ended)
  return {
    state: { ...ended, attempt: 'postponed', failures: failures + 1 },
    effects: [{ kind: 'set-timer', failures }],
  }
}

function leave(state: RegistrationState): RegistrationStep {
  switch (state.phase) {
    case 'leaving':
    case 'left':
      return stay(state)
    case 'ownerless':
      return end(state)
    case 'syncing':
    case 'registering': {
      const remember = { kind: 'remember-leaving' } as const
      const next = look({ ...state, ...QUIET, phase: 'leaving' })
      return { ...next, effects: [remember, ...timerEnd(state), ...next.effects] }
    }
  }
}

const QUIET = { dueHeight: undefined, isAgain: false } as const

function timerEnd({ attempt }: RegistrationState): readonly RegistrationEffect[] {
  return attempt === 'postponed' ? [{ kind: 'cancel-timer' }] : []
}

/** What is still on its way could register the node after it was seen to be gone. */
function look(state: RegistrationState): RegistrationStep {
  if (state.attempt === 'running') return stay(state)
  if (state.isLooking) return stay({ ...state, isAgain: true })
  const looking: RegistrationState = { ...state, attempt: 'none', isLooking: true, isAgain: false }
  return { state: looking, effects: [{ kind: 'look' }] }
}

function endLook(state: RegistrationState, isRegistered: boolean): RegistrationStep {
  if (state.phase !== 'leaving') return stay(state)
  if (!isRegistered) return end(state)
  return state.isAgain ? look(state) : stay(state)
}

function end(state: RegistrationState): RegistrationStep {
  return {
    state: { ...state, phase: 'left' },
    effects: [{ kind: 'forget-leaving' }, { kind: 'end' }],
  }
}
