/** How an executor misbehaves, by the flags of the command. */

import type { FlagsOf } from '@wadi/node-config/command'
import { type Misdeed, REFERENCE_MODES } from '@wadi/runtime-executor/byzantine/misdeeds'
import type { DiffMisdeed } from '@wadi/runtime-executor/byzantine/serveDiff'
import { errors } from '../../transaction/commandErrors.ts'
import type { byzantineFlags } from './byzantineFlags.ts'
import { BYZANTINE_ROUND } from './executorTurn.ts'

type ExecutorFlags = Pick<
  FlagsOf<typeof byzantineFlags>,
  | 'executor.mode'
  | 'executor.propose_bogus_tx'
  | 'fake_sgx'
  | 'runtime.version.fake_enclave_id'
  | 'storage.corrupt_get_diff'
  | 'storage.fail_read_requests'
>

/** What the reference has no mode for. */
const OWN_MODES: Readonly<Record<string, readonly Misdeed[]>> = {
  executor_wrong_io: ['wrong-io'],
  executor_equivocation: ['equivocation'],
}
const MODES: Readonly<Record<string, readonly Misdeed[]>> = { ...REFERENCE_MODES, ...OWN_MODES }

/** What it does. */
export interface ExecutorMode {
  readonly misdeeds: readonly Misdeed[]
  /** How it serves what changed in states; undefined for as it should. */
  readonly diffs: DiffMisdeed | undefined
  /** When it is elected, after the round, or never, as others ask it for states. */
  readonly stops: 'elected' | 'acted' | 'never'
}

/** Reads the flags. */
export function parseExecutorMode(flags: ExecutorFlags): ExecutorMode {
  const name = flags['executor.mode']
  const misdeeds = Object.hasOwn(MODES, name) ? MODES[name] : undefined
  if (misdeeds === undefined)
    throw errors.badValue(`--executor.mode is ${name}; it can be ${Object.keys(MODES).join(', ')}`)
  if (flags.fake_sgx || flags['runtime.version.fake_enclave_id'] !== '')
    throw errors.unsupported(
      '--fake_sgx and --runtime.version.fake_enclave_id register an enclave that there is not, and nobody here takes enclaves; leave them out',
    )
  const bogus: readonly Misdeed[] = flags['executor.propose_bogus_tx'] ? ['withheld-batch'] : []
  const corrupts = flags['storage.corrupt_get_diff']
  const fails = flags['storage.fail_read_requests']
  return {
    misdeeds: [...bogus, ...misdeeds],
    diffs: fails ? 'fail-read' : corrupts ? 'corrupt-diff' : undefined,
    // COMPAT(oasis-core): who damages states stays, so that there is somebody to ask for them.
    stops: misdeeds.includes('straggler') ? 'elected' : corrupts ? 'never' : 'acted',
  }
}

/** What it does in a round: it is honest before its turn, and away afterwards, if it ends then. */
export function misdeedsIn(
  { misdeeds, stops }: Pick<ExecutorMode, 'misdeeds' | 'stops'>,
  round: bigint,
): readonly Misdeed[] {
  if (stops === 'never' || round === BYZANTINE_ROUND) return misdeeds
  return round < BYZANTINE_ROUND ? [] : ['straggler']
}
