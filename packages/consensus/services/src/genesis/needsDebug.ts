/** Whether a network is one for tests, as far as its genesis document tells. */

import { CodedError } from '@wadi/base/errors'
import type { GenesisDocument } from '@wadi/consensus/genesis/document'
import { forbidKeys, TEST_PUBLIC_KEYS } from '@wadi/crypto/signature/forbiddenKeys'
import { signatureRules } from '@wadi/crypto/signature/verification'
import { RESERVED_PUBLIC_KEYS } from '@wadi/primitives/reservedAddresses'
import { checkGenesis } from './checkGenesis.ts'

function isAccepted(document: GenesisDocument, isDebug: boolean): boolean {
  const test = isDebug ? [] : TEST_PUBLIC_KEYS
  const signatures = signatureRules(forbidKeys(RESERVED_PUBLIC_KEYS, test))
  try {
    checkGenesis(document, { isDebug, signatures })
    return true
  } catch (error) {
    if (error instanceof CodedError) return false
    throw error
  }
}

/** Does the document use a parameter that is for tests only? */
function hasDebugParameters({
  beacon,
  registry,
  roothash,
  scheduler,
  staking,
}: GenesisDocument): boolean {
  return (
    beacon.params.debugMockBackend ||
    registry.params.debugAllowUnroutableAddresses ||
    registry.params.debugAllowTestRuntimes ||
    registry.params.debugDeployImmediately ||
    roothash.params.debugDoNotSuspendRuntimes ||
    roothash.params.debugBypassStake ||
    scheduler.params.debugBypassStake ||
    scheduler.params.debugAllowWeakAlpha ||
    scheduler.params.debugForceElect !== undefined ||
    staking.params.debugBypassStake
  )
}

/**
 * Can only nodes in debug mode run the network? They do if the document says so by a parameter, or
 * if it is one that others refuse. A document that nobody accepts, such as some dumps, tells only
 * by its parameters.
 */
export function needsDebug(document: GenesisDocument): boolean {
  if (hasDebugParameters(document)) return true
  return !isAccepted(document, false) && isAccepted(document, true)
}
