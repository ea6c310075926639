/** The reference's own Go modules as contenders, where a Go toolchain is present. */

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assert } from '@wadi/base/errors'
import { createPartner } from './partner.ts'
import type { Contender } from './scenario.ts'

const SOURCES = fileURLToPath(new URL('../peers/', import.meta.url))
const PROGRAM = join(SOURCES, 'bin', process.platform === 'win32' ? 'peers.exe' : 'peers')
/** On the path, or where Go's installer puts it. */
const GO_PLACES = ['go', '/usr/local/go/bin/go']
const BUILD_LIMIT_MS = 10 * 60_000
const RUN_LIMIT_MS = 10 * 60_000

/** One phase of the Go program's report. */
export type GoPhase = {
  readonly operations: number
  readonly cpuSeconds: number
  readonly wallSeconds: number
  /** What proves that the work was done; it has to equal ours. */
  readonly root?: string
}

type Built = { readonly why: string | undefined }

let built: Built | undefined

/** Builds the program once; says why it cannot where it cannot. */
function build(): Built {
  const go = GO_PLACES.find((place) => spawnSync(place, ['version']).status === 0)
  if (go === undefined) return { why: 'there is no Go toolchain' }
  const made = spawnSync(go, ['build', '-o', PROGRAM, '.'], {
    cwd: SOURCES,
    encoding: 'utf8',
    timeout: BUILD_LIMIT_MS,
  })
  if (made.status === 0) return { why: undefined }
  return { why: `the Go program does not build: ${made.stderr.trim().split('\n').at(-1)}` }
}

const reports = new Map<string, Readonly<Record<string, GoPhase>> | string>()

function report(scenario: string): Readonly<Record<string, GoPhase>> | string {
  const folder = mkdtempSync(join(tmpdir(), 'wadi-peers-'))
  try {
    const ran = spawnSync(PROGRAM, [scenario, folder], { encoding: 'utf8', timeout: RUN_LIMIT_MS })
    if (ran.status === 0) return JSON.parse(ran.stdout) as Record<string, GoPhase>
    return `the Go program fails: ${ran.stderr.trim().split('\n').at(-1)}`
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** A phase of a scenario of `bench/peers`, or why there is none on this machine. */
export function readGoPhase(scenario: string, phase: string): GoPhase | string {
  built ??= build()
  if (built.why !== undefined) return built.why
  const told = reports.get(scenario) ?? report(scenario)
  reports.set(scenario, told)
  if (typeof told === 'string') return told
  return told[phase] ?? `the Go program has no phase ${phase}`
}

/** The Go program's phase as a contender, in operations per second of the processor. */
export function goPeer(name: string, scenario: string, phase: string): Contender {
  const measured = readGoPhase(scenario, phase)
  if (typeof measured === 'string') return { name, absent: measured }
  return { name, measure: () => measured.operations / measured.cpuSeconds }
}

/**
 * A scenario of the Go program that prepares its work, tells what proves that the work is the same
 * as ours, and then does a round for each line that it is sent.
 */
export async function goPartner(
  name: string,
  scenario: string,
  check: (told: GoPhase) => void,
): Promise<Contender> {
  built ??= build()
  if (built.why !== undefined) return { name, absent: built.why }
  const partner = await createPartner<GoPhase>(name, { program: PROGRAM, args: [scenario] })
  const [prepared] = partner.told
  assert(prepared !== undefined, 'the Go program says what it has prepared')
  check(prepared)
  return partner
}
