/** The programs of a node's runtimes: what bundles have, and what is run in threads. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { equalBytes, toHex } from '@wadi/base/bytes'
import { isTold, UnavailableError } from '@wadi/base/errors'
import type { Logger } from '@wadi/base/log'
import type { Timers } from '@wadi/base/timers'
import { RUNTIMES_FOLDER } from '@wadi/contracts/runtime-places'
import type { Namespace } from '@wadi/primitives/namespace'
import { compareVersions, printVersion, type Version } from '@wadi/primitives/version'
import { explodeBundle } from '@wadi/runtime-host/explode-bundle'
import type { Launcher } from '@wadi/runtime-host/launcher'
import { processLauncher } from '@wadi/runtime-host/process-launcher'
import { programOf } from '@wadi/runtime-host/program-of'
import { sandboxLauncher } from '@wadi/runtime-host/sandbox-launcher'
import { workerLauncher } from '@wadi/runtime-host/worker-launcher'
import { type Bundle, readBundle } from '@wadi/runtime-protocol/bundle'
import { zlibCompression } from '@wadi/runtime-protocol/bundle/compliance/zlib-compression'
import {
  componentsOf,
  findComponent,
  ON_CHAIN,
  printComponentId,
} from '@wadi/runtime-protocol/bundle/components'
import { isOnChain } from '@wadi/runtime-protocol/bundle/manifest'
import { THREAD_START_MS } from '../limits.ts'
import type { RuntimesConfig } from './runtimesConfig.ts'

/** A version of a runtime, and how it is started. */
export interface RuntimeProgram {
  readonly id: Namespace
  readonly version: Version
  readonly launcher: Launcher
}

type ProgramsConfig = Pick<
  RuntimesConfig,
  'dataDir' | 'bundles' | 'threads' | 'provisioner' | 'bubblewrap' | 'enclaves'
>

/** What programs are started with, and who is told what is not. */
export interface ProgramsWorld {
  readonly timers: Timers
  readonly log: Logger
}

/** COMPAT(oasis-core): bundles are unpacked there. */
const BUNDLES = [RUNTIMES_FOLDER, 'bundles'] as const

/** Unpacks what is not yet, and says how each program is started. */
export function loadPrograms(
  config: ProgramsConfig,
  world: ProgramsWorld,
): readonly RuntimeProgram[] {
  const { timers } = world
  const programs = [
    ...config.bundles.map((path) => bundledProgram(path, config, world)),
    ...config.threads.map(({ id, version, module }) => {
      return {
        id,
        version,
        launcher: workerLauncher(module, { timers, connectMs: THREAD_START_MS }),
      }
    }),
  ]
  for (const [i, { id, version }] of programs.entries()) {
    const isAnother = programs.slice(0, i).some((one) => isSame(one, { id, version }))
    if (!isAnother) continue
    const which = `version ${printVersion(version)} of ${toHex(id)}`
    throw refusal(`there are two programs for ${which}; name only one of them`)
  }
  return programs
}

function isSame(one: Omit<RuntimeProgram, 'launcher'>, other: Omit<RuntimeProgram, 'launcher'>) {
  return compareVersions(one.version, other.version) === 0 && equalBytes(one.id, other.id)
}

/** Unpacks a bundle, if it is not yet, and says how its program is started. */
export function bundledProgram(
  path: string,
  config: ProgramsConfig,
  { timers, log }: ProgramsWorld,
): RuntimeProgram {
  const { dataDir, enclaves } = config
  try {
    const bundle = openBundle(path)
    const { manifest } = bundle
    const component = findComponent(manifest, ON_CHAIN)
    if (component === undefined)
      throw refusal('it has no program for the chain; components alone are not run here')
    const folder = explodeBundle(bundle, join(dataDir, ...BUNDLES))
    const program = programOf(bundle, component, { folder, enclaves })
    const launcher = launcherOf(program, config, timers)
    for (const other of componentsOf(manifest)) {
      if (isOnChain(other)) continue
      log.warn('a component is not run: this version runs the program for the chain alone', {
        runtime: toHex(manifest.id),
        component: printComponentId(other),
        bundle: path,
      })
    }
    return { id: manifest.id, version: component.version, launcher }
  } catch (error) {
    if (!isTold(error)) throw error
    const remedy = 'get it anew from where you have it, or name another in runtime.paths'
    throw refusal(`the bundle ${path} cannot be run: ${error.message}; ${remedy}`, error)
  }
}

function openBundle(path: string): Bundle {
  let archive: Uint8Array
  try {
    archive = readFileSync(path)
  } catch (error) {
    throw refusal(`it cannot be read (${String(error)})`, error)
  }
  return readBundle(archive, zlibCompression)
}

function launcherOf(
  program: ReturnType<typeof programOf>,
  { provisioner, bubblewrap }: ProgramsConfig,
  timers: Timers,
): Launcher {
  return provisioner === 'sandboxed'
    ? sandboxLauncher(program, { timers, bubblewrap })
    : processLauncher(program, { timers })
}

function refusal(sentence: string, cause?: unknown): UnavailableError {
  return new UnavailableError('node.runtimes', `runtimes: ${sentence}`, { cause })
}
