/** What a node is to do with runtimes: can it? Programs are looked at, and nothing is unpacked. */

import { readFileSync, statSync } from 'node:fs'
import { equalBytes, toHex } from '@wadi/base/bytes'
import { isTold, type UnavailableError } from '@wadi/base/errors'
import type { Namespace } from '@wadi/primitives/namespace'
import { compareVersions, printVersion, type Version } from '@wadi/primitives/version'
import { programOf } from '@wadi/runtime-host/program-of'
import { readBundle } from '@wadi/runtime-protocol/bundle'
import { zlibCompression } from '@wadi/runtime-protocol/bundle/compliance/zlib-compression'
import { findComponent, ON_CHAIN } from '@wadi/runtime-protocol/bundle/components'
import type { NodeConfig } from '../nodeConfig.ts'
import { MODES_WITHOUT_RUNTIMES, type NodeMode } from '../sections/sections.ts'
import { type CheckContext, obstacle } from './obstacle.ts'

/** Nodes that register for runtimes, and so run them. */
const RUNNING: readonly NodeMode[] = ['compute', 'observer', 'keymanager']
const RUNTIMES = 'runtime.runtimes'

type Refuse = (reason: string, key: string, sentence: string) => UnavailableError

/** A program that the configuration names, and where. */
interface NamedProgram {
  readonly key: string
  readonly id: Namespace
  readonly version: Version
}

/** Of which runtimes does the configuration speak, with or without a program? */
function namedIn({ mode, runtime, keymanager }: NodeConfig): readonly Namespace[] {
  const own = mode === 'keymanager' ? keymanager.runtimeId : undefined
  return [...(own === undefined ? [] : [own]), ...runtime.runtimes.map(({ id }) => id)]
}

/** Does a node with this configuration have anything to do with runtimes? */
function hasRuntimes(config: NodeConfig): boolean {
  const { runtime, wadi } = config
  return namedIn(config).length + runtime.paths.length + wadi.paratimes.length > 0
}

function checkMode(config: NodeConfig, { isForTests }: CheckContext, refuse: Refuse) {
  const { mode } = config
  if (MODES_WITHOUT_RUNTIMES.includes(mode) && hasRuntimes(config) && !isForTests) {
    const sentence =
      `a node in mode ${mode} has no runtimes; remove it, runtime.paths and wadi.paratimes, ` +
      'or set mode to compute, observer or client'
    return refuse('runtimesUnused', RUNTIMES, sentence)
  }
  if (RUNNING.includes(mode) && !hasRuntimes(config)) {
    const sentence = `names no runtime, and a node in mode ${mode} runs one; name it`
    return refuse('runtimeMissing', RUNTIMES, sentence)
  }
  return undefined
}

/** What would have to be done with runtimes and is not: nobody is to believe that it is. */
function checkWays({ runtime }: NodeConfig, refuse: Refuse): readonly UnavailableError[] {
  const found: UnavailableError[] = []
  if (runtime.provisioner === 'mock') {
    const sentence = 'mock runs nothing here; set it to sandboxed, or to unconfined for tests'
    found.push(refuse('mockProvisioner', 'runtime.provisioner', sentence))
  }
  if (runtime.environment === 'sgx') {
    const sentence = 'is sgx, and this version runs no enclaves; set it to auto, or run oasis-node'
    found.push(refuse('enclave', 'runtime.environment', sentence))
  }
  for (const [r, { components }] of runtime.runtimes.entries())
    for (const [c, { id, tee, disabled }] of components.entries()) {
      const key = `${RUNTIMES}[${r}].components[${c}]`
      const isEnclave = tee === 'sgx' || tee === 'tdx'
      if (isEnclave && !disabled) {
        const why = `${id} is to run in ${tee}, and this version runs no enclaves`
        found.push(refuse('enclave', key, `${why}; disable it, or run oasis-node`))
      }
      if (disabled && id === 'ronl') {
        const why = 'this version runs the program of a runtime wherever there is one'
        const remedy = 'remove this, and the bundle from runtime.paths to run nothing'
        found.push(refuse('disabledProgram', key, `${why}; ${remedy}`))
      }
    }
  return found
}

function checkNames(config: NodeConfig, refuse: Refuse): readonly UnavailableError[] {
  const { runtimes } = config.runtime
  const found: UnavailableError[] = []
  for (const [i, { id }] of runtimes.entries())
    if (runtimes.slice(0, i).some((other) => equalBytes(other.id, id)))
      found.push(refuse('runtimeTwice', `${RUNTIMES}[${i}]`, 'is named above; remove one of them'))
  return found
}

/** The program of a bundle, or why it cannot be run. */
function bundledProgram(
  path: string,
  key: string,
  { runtime }: NodeConfig,
  refuse: Refuse,
): NamedProgram | UnavailableError {
  const { environment, debugMockTee } = runtime
  const enclaves = environment === 'sgx-mock' || debugMockTee ? 'mock' : 'none'
  try {
    if (!statSync(path).isFile())
      return refuse('badBundle', key, `${path} is no file; name a bundle (.orc)`)
    const bundle = readBundle(readFileSync(path), zlibCompression)
    const component = findComponent(bundle.manifest, ON_CHAIN)
    if (component === undefined) {
      const why = `${path} has no program for the chain, and components alone are not run here`
      return refuse('badBundle', key, `${why}; remove it`)
    }
    programOf(bundle, component, { folder: '', enclaves })
    return { key, id: bundle.manifest.id, version: component.version }
  } catch (error) {
    if (!isTold(error)) throw error
    const remedy = 'get it anew from where you have it, or name another'
    return refuse('badBundle', key, `${path} cannot be run: ${error.message}; ${remedy}`)
  }
}

/** Two programs of one version: which of them is meant? */
function checkVersions(programs: readonly NamedProgram[], refuse: Refuse) {
  return programs.flatMap(({ key, id, version }, i) => {
    const other = programs
      .slice(0, i)
      .find((one) => equalBytes(one.id, id) && compareVersions(one.version, version) === 0)
    if (other === undefined) return []
    const which = `version ${printVersion(version)} of ${toHex(id)}`
    return [refuse('programTwice', key, `is ${which}, and so is ${other.key}; remove one of them`)]
  })
}

/** Who registers for a runtime runs it, and a key manager is one. */
function checkPrograms(config: NodeConfig, programs: readonly NamedProgram[], refuse: Refuse) {
  const named = namedIn(config)
  const ids = [...named, ...programs.map(({ id }) => id)]
  const different = new Set(ids.map(toHex))
  if (config.mode === 'keymanager' && different.size > 1) {
    const sentence = 'a node in mode keymanager has one runtime, its own; remove the others'
    return [refuse('runtimesUnused', RUNTIMES, sentence)]
  }
  if (!RUNNING.includes(config.mode)) return []
  const idle = named.find((id) => !programs.some((one) => equalBytes(one.id, id)))
  if (idle === undefined) return []
  const sentence =
    `there is no program of ${toHex(idle)}, and a node in mode ${config.mode} runs it; ` +
    'put the path of its bundle here'
  return [refuse('programMissing', 'runtime.paths', sentence)]
}

/** Everything about runtimes that keeps the node from starting. Named files are there. */
export function checkRuntimes(
  config: NodeConfig,
  context: CheckContext,
): readonly UnavailableError[] {
  const refuse: Refuse = (reason, key, sentence) => obstacle(reason, context, key, sentence)
  const wrongMode = checkMode(config, context, refuse)
  if (wrongMode !== undefined) return [wrongMode]
  const { mode, runtime, wadi } = config
  const isIdle = MODES_WITHOUT_RUNTIMES.includes(mode) || !hasRuntimes(config)
  if (isIdle) return []
  const bundled = runtime.paths.map((path, i) =>
    bundledProgram(path, `runtime.paths[${i}]`, config, refuse),
  )
  const threads = wadi.paratimes.map(({ id, version }, i) => {
    return { key: `wadi.paratimes[${i}]`, id, version }
  })
  const bad = bundled.flatMap((one) => (one instanceof Error ? [one] : []))
  const readable = bundled.flatMap((one) => (one instanceof Error ? [] : [one]))
  const programs = [...readable, ...threads]
  return [
    ...checkWays(config, refuse),
    ...checkNames(config, refuse),
    ...bad,
    // What cannot be read may be what is missing.
    ...(bad.length > 0
      ? []
      : [...checkVersions(programs, refuse), ...checkPrograms(config, programs, refuse)]),
  ]
}
