/** When the next generation of the master secret may begin. */

import type { Status } from '@wadi/consensus/keymanager'
import type { Epoch } from '@wadi/primitives/epoch'
import { plainErrors } from './errors.ts'

/** The generation of the next master secret: the first one is zero. */
export function nextGeneration({ checksum, generation }: Status): bigint {
  // COMPAT(oasis-core): counters are of 64 bits and wrap around, here and below.
  return (checksum?.length ?? 0) === 0 ? 0n : BigInt.asUintN(64, generation + 1n)
}

/** Refuses a secret that would begin before the interval is over; the first one may always. */
export function checkRotation(status: Status, epoch: Epoch): void {
  if (nextGeneration(status) === 0n) return
  const interval = status.policy?.policy.masterSecretRotationInterval ?? 0n
  if (interval === 0n) throw plainErrors.rotationDisabled()
  if (epoch < BigInt.asUintN(64, status.rotationEpoch + interval))
    throw plainErrors.rotationTooSoon()
}
