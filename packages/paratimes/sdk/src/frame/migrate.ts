/** The first state, and the steps from one version of the state to the next. */

import { assert } from '@wadi/base/errors'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import type { Module } from '../module.ts'
import { metadata } from '../modules/core/state.ts'
import type { Frame } from './frame.ts'

/** The version of the state as a whole is that of no module. */
const WHOLE = ''

/** Brings the state to the versions that the code knows. */
export function migrate(frame: Frame): void {
  const known = metadata.get(frame.store)?.versions
  const versions = new Map(known ?? [])
  let hasChanged = false
  for (const module of frame.paratime.modules) {
    const version = versions.get(module.name) ?? 0
    if (version === module.version) continue
    migrateModule(frame, module, version)
    versions.set(module.name, module.version)
    hasChanged = true
  }
  const { stateVersion, migrateState } = frame.paratime
  const wholeVersion = versions.get(WHOLE) ?? 0
  if (wholeVersion !== stateVersion && !frame.isCheckOnly) {
    const isNext = wholeVersion === 0 || wholeVersion === stateVersion - 1
    assert(isNext, `paratime: state of version ${wholeVersion}, not ${stateVersion - 1}`)
    migrateState?.(frame)
    versions.set(WHOLE, stateVersion)
    hasChanged = true
  }
  if (hasChanged) metadata.set(frame.store, { versions: keyedMap(text, [...versions]) })
}

function migrateModule(frame: Frame, module: Module, from: number): void {
  let version = from
  if (version === 0) {
    module.init(frame)
    version = module.version
  }
  while (version < module.version) {
    const step = module.steps.get(version)
    assert(step !== undefined, `module ${module.name}: no step from version ${version}`)
    step(frame)
    version++
  }
  assert(version === module.version, `module ${module.name}: state of version ${from}`)
}
