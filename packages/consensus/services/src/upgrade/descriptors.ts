/** What an upgrade's descriptor has to be. */

import { equalBytes, toUtf8 } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import { encode } from '@wadi/cbor/codec'
import { UPGRADE_VERSION, UpgradeDescriptor } from '@wadi/consensus/upgrade'
import { EPOCH_INVALID } from '@wadi/primitives/epoch'
import { type ProtocolVersions, printVersion, type Version } from '@wadi/primitives/version'
import { UPGRADE_HANDLER_BYTES_MAX, UPGRADE_HANDLER_BYTES_MIN } from '../limits.ts'

/** COMPAT(oasis-core): none of these has a code; governance gives its own. */
export const errors = definePlainErrors('upgradeDescriptor', {
  version: 'invalid upgrade descriptor version',
  handler: 'invalid upgrade descriptor handler',
  target: 'invalid upgrade descriptor target version',
  epoch: 'invalid upgrade descriptor epoch',
})

/** Refuses a descriptor that nobody could follow. */
export function checkDescriptor({ v, handler, target, epoch }: UpgradeDescriptor): void {
  if (v !== UPGRADE_VERSION) throw errors.version(`${v}`)
  const size = toUtf8(handler).length
  if (size < UPGRADE_HANDLER_BYTES_MIN || size > UPGRADE_HANDLER_BYTES_MAX)
    throw errors.handler(`${size} bytes`)
  for (const version of Object.values(target))
    if (isEmptyVersion(version)) throw errors.target(printVersion(version))
  if (epoch === 0n || epoch === EPOCH_INVALID) throw errors.epoch(`${epoch}`)
}

function isEmptyVersion({ major, minor, patch }: Version): boolean {
  return major === 0 && minor === 0 && patch === 0
}

/** Is it the same upgrade? */
export function isSameUpgrade(a: UpgradeDescriptor, b: UpgradeDescriptor): boolean {
  return equalBytes(encode(UpgradeDescriptor, a), encode(UpgradeDescriptor, b))
}

/** Can a program that speaks `own` go on after the upgrade? Only consensus protocols matter. */
export function isCompatible({ target }: UpgradeDescriptor, own: ProtocolVersions): boolean {
  return target.consensusProtocol.major === own.consensusProtocol.major
}
