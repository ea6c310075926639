/**
 * Starting and stopping a set of services, as a machine: it says what to start or stop next and is
 * told how that went. Waiting is for the shell that carries its effects out; here nothing waits.
 *
 *   idle ──start──▶ starting ──all started──▶ running ──stop──▶ stopping ──all stopped──▶ ended
 *                      └──── a service fails, or stop ─────────────▲
 */

import { assert } from './errors.ts'

/**
 * Something with a life. `Done` is what "later" is called where the service lives: a promise in a
 * process, nothing at all in a simulation that runs step by step.
 */
export interface Service<Done> {
  readonly name: string
  start(): Done
  stop(): Done
}

export interface LifeFailure {
  readonly name: string
  readonly why: unknown
}

type Phase = 'idle' | 'starting' | 'running' | 'stopping' | 'ended'

/** Which services there are, in starting order, and how far they are. */
export interface LifeState {
  readonly phase: Phase
  readonly names: readonly string[]
  /** How many services, counted from the first, were started and not yet stopped. */
  readonly alive: number
  /** Services that ended by themselves and are not asked to stop. */
  readonly dead: readonly string[]
  /** The first thing that went wrong. */
  readonly failure: LifeFailure | undefined
  /** Was a stop asked for while a service was still starting? */
  readonly isStopAsked: boolean
}

export type LifeInput =
  | { readonly kind: 'start' }
  | { readonly kind: 'stop' }
  | { readonly kind: 'started'; readonly name: string }
  | { readonly kind: 'stopped'; readonly name: string }
  /** A service failed to start, failed to stop, or ended although nobody had asked it to. */
  | { readonly kind: 'failed'; readonly name: string; readonly why: unknown }

export type LifeEffect =
  | { readonly kind: 'start'; readonly name: string }
  | { readonly kind: 'stop'; readonly name: string }
  | { readonly kind: 'report-running' }
  | { readonly kind: 'report-ended'; readonly failure: LifeFailure | undefined }

export interface LifeStep {
  readonly state: LifeState
  readonly effects: readonly LifeEffect[]
}

/** Services are started in this order and stopped in the reverse one. */
export function createLife(names: readonly string[]): LifeState {
  assert(new Set(names).size === names.length, 'each service has a name of its own')
  const start = {
    phase: 'idle',
    alive: 0,
    dead: [],
    failure: undefined,
    isStopAsked: false,
  } as const
  return { ...start, names }
}

export function stepLife(state: LifeState, input: LifeInput): LifeStep {
  switch (input.kind) {
    case 'start':
      assert(state.phase === 'idle', 'a life starts once')
      return startNext({ ...state, phase: 'starting' })
    case 'started':
      assert(input.name === state.names[state.alive], `${input.name} was not being started`)
      return startNext({ ...state, alive: state.alive + 1 })
    case 'stop':
      return stop(state)
    case 'stopped':
      assert(input.name === state.names[state.alive - 1], `${input.name} was not being stopped`)
      return stopNext({ ...state, alive: state.alive - 1 })
    case 'failed':
      return fail(state, { name: input.name, why: input.why })
  }
}

function startNext(state: LifeState): LifeStep {
  const name = state.names[state.alive]
  if (state.isStopAsked || state.failure !== undefined) {
    return stopNext({ ...state, phase: 'stopping' })
  }
  if (name !== undefined) return { state, effects: [{ kind: 'start', name }] }
  return { state: { ...state, phase: 'running' }, effects: [{ kind: 'report-running' }] }
}

function stop(state: LifeState): LifeStep {
  if (state.phase === 'starting') return { state: { ...state, isStopAsked: true }, effects: [] }
  const isDue = state.phase === 'running' || state.phase === 'idle'
  return isDue ? stopNext({ ...state, phase: 'stopping' }) : { state, effects: [] }
}

function stopNext(state: LifeState): LifeStep {
  let alive = state.alive
  while (alive > 0 && state.dead.includes(state.names[alive - 1]!)) alive--
  const name = state.names[alive - 1]
  if (name !== undefined) return { state: { ...state, alive }, effects: [{ kind: 'stop', name }] }
  const { failure } = state
  const ended = { ...state, alive: 0, phase: 'ended' } as const
  return { state: ended, effects: [{ kind: 'report-ended', failure }] }
}

function fail(state: LifeState, latest: LifeFailure): LifeStep {
  const index = state.names.indexOf(latest.name)
  assert(index >= 0, `${latest.name} is no service`)
  const failed = { ...state, failure: state.failure ?? latest }
  if (state.phase === 'starting' && index === state.alive) {
    return stopNext({ ...failed, phase: 'stopping' })
  }
  if (state.phase === 'stopping' && index === state.alive - 1) {
    return stopNext({ ...failed, alive: state.alive - 1 })
  }
  const mourning = { ...failed, dead: [...state.dead, latest.name] }
  if (state.phase === 'running') return stopNext({ ...mourning, phase: 'stopping' })
  return { state: mourning, effects: [] }
}
