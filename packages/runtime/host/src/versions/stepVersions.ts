/**
 * Several versions of a runtime, as a machine: which of them run. The active one is asked, the next
 * one gets warm; when its epoch comes it becomes the active one without being started again.
 *
 *   added ──chosen as next──▶ next ──chosen as active──▶ active ──a later one chosen──▶ forgotten
 *     │ ▲──────taken back──────┘                           ▲ │
 *     └──────────chosen as active──────────────────────────┘ └──taken back──▶ added
 */

import { assert } from '@wadi/base/errors'
import { compareVersions, type Version } from '@wadi/primitives/version'
import { VERSIONS_MAX } from '../limits.ts'
import type { VersionChoice } from './decideVersions.ts'

/** Which versions there are, and which of them run. */
export interface VersionsState {
  readonly added: readonly Version[]
  readonly chosen: VersionChoice
  readonly running: VersionChoice
}

export type VersionsInput =
  | { readonly kind: 'added'; readonly version: Version }
  | { readonly kind: 'chosen'; readonly choice: VersionChoice }

export type VersionsEffect =
  | { readonly kind: 'start'; readonly version: Version }
  | { readonly kind: 'stop'; readonly version: Version }
  /** It is the one that is asked, from here on; undefined if none is. */
  | { readonly kind: 'activate'; readonly version: Version | undefined }
  | { readonly kind: 'forget'; readonly version: Version }
  | { readonly kind: 'tell-changed' }

export interface VersionsStep {
  readonly state: VersionsState
  readonly effects: readonly VersionsEffect[]
}

const NONE: VersionChoice = { active: undefined, next: undefined }

/** Before there is any version. */
export const NO_VERSIONS: VersionsState = { added: [], chosen: NONE, running: NONE }

export function stepVersions(state: VersionsState, input: VersionsInput): VersionsStep {
  switch (input.kind) {
    case 'added':
      assert(!has(state.added, input.version), 'a version is added once')
      return settle(roomFor({ ...state, added: [...state.added, input.version] }))
    case 'chosen':
      return settle({ state: { ...state, chosen: normalized(input.choice) }, effects: [] })
  }
}

/** A version is not next to itself, and the first one to run is the active one. */
function normalized({ active, next }: VersionChoice): VersionChoice {
  if (active === undefined) return { active: next, next: undefined }
  return { active, next: isSame(active, next) ? undefined : next }
}

/** Of too many versions the oldest that does not run is forgotten. */
function roomFor(state: VersionsState): VersionsStep {
  if (state.added.length <= VERSIONS_MAX) return { state, effects: [] }
  const { active, next } = state.running
  const idle = state.added.filter((each) => !isSame(each, active) && !isSame(each, next))
  const [oldest] = idle.toSorted(compareVersions)
  assert(oldest !== undefined, 'two versions run at most')
  return { state: without(state, oldest), effects: [{ kind: 'forget', version: oldest }] }
}

/** What has to be done so that what is chosen runs, as far as it is there. */
function settle({ state, effects }: VersionsStep): VersionsStep {
  const steps = [settleActive, settleNext, prune]
  return steps.reduce<VersionsStep>(
    (before, step) => {
      const after = step(before.state)
      return { state: after.state, effects: [...before.effects, ...after.effects] }
    },
    { state, effects },
  )
}

function settleActive(state: VersionsState): VersionsStep {
  const { chosen, running } = state
  const { active: wanted } = chosen
  if (isSame(running.active, wanted)) return { state, effects: [] }
  const stopped = stopEffects(running.active)
  if (wanted !== undefined && isSame(running.next, wanted)) {
    // It is asked before the old one has ended: there is no moment without an answer.
    const promoted = { ...state, running: { active: wanted, next: undefined } }
    return { state: promoted, effects: [{ kind: 'activate', version: wanted }, ...stopped] }
  }
  const active = wanted !== undefined && has(state.added, wanted) ? wanted : undefined
  const started = active === undefined ? [] : [{ kind: 'start', version: active } as const]
  const activated = { kind: 'activate', version: active } as const
  const isChange = active !== undefined || running.active !== undefined
  const effects = isChange ? [...stopped, ...started, activated] : []
  return { state: { ...state, running: { ...running, active } }, effects }
}

function settleNext(state: VersionsState): VersionsStep {
  const { chosen, running } = state
  const { next: wanted } = chosen
  if (isSame(running.next, wanted)) return { state, effects: [] }
  const stopped = stopEffects(running.next)
  const next = wanted !== undefined && has(state.added, wanted) ? wanted : undefined
  const started = next === undefined ? [] : [{ kind: 'start', version: next } as const]
  const isChange = next !== undefined || running.next !== undefined
  const effects = isChange ? [...stopped, ...started, { kind: 'tell-changed' } as const] : []
  return { state: { ...state, running: { ...running, next } }, effects }
}

/** Versions before the active one are never needed again. */
function prune(state: VersionsState): VersionsStep {
  const { active } = state.running
  if (active === undefined) return { state, effects: [] }
  const old = state.added.filter((each) => compareVersions(each, active) < 0)
  const idle = old.filter((each) => !isSame(each, state.running.next))
  const pruned = idle.reduce(without, state)
  return { state: pruned, effects: idle.map((version) => ({ kind: 'forget', version })) }
}

function stopEffects(version: Version | undefined): readonly VersionsEffect[] {
  return version === undefined ? [] : [{ kind: 'stop', version }]
}

function without(state: VersionsState, version: Version): VersionsState {
  return { ...state, added: state.added.filter((each) => !isSame(each, version)) }
}

function has(versions: readonly Version[], version: Version): boolean {
  return versions.some((each) => isSame(each, version))
}

function isSame(a: Version | undefined, b: Version | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return compareVersions(a, b) === 0
}
