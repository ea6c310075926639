/** What the consensus layer knows of a key manager; what it does not have yet is undefined. */

import { CodedError } from '@wadi/base/errors'
import { errors } from '@wadi/consensus/keymanager/errors'
import type { NamespaceQuery } from '@wadi/consensus/registry/api'
import type { Ask } from '../chain.ts'

/** Where the key manager stands. */
export function statusAt(ask: Ask, query: NamespaceQuery) {
  return known(ask('KeyManager.Secrets/GetStatus', query), errors.noSuchStatus())
}

/** The master secret that was published last. */
export function masterSecretAt(ask: Ask, query: NamespaceQuery) {
  return known(ask('KeyManager.Secrets/GetMasterSecret', query), errors.noSuchMasterSecret())
}

/** The ephemeral secret that was published last. */
export function ephemeralSecretAt(ask: Ask, query: NamespaceQuery) {
  const missing = errors.noSuchEphemeralSecret()
  return known(ask('KeyManager.Secrets/GetEphemeralSecret', query), missing)
}

async function known<T>(answer: Promise<T>, missing: CodedError): Promise<T | undefined> {
  try {
    return await answer
  } catch (error) {
    const { module, code } = missing
    const isMissing = error instanceof CodedError && error.module === module && error.code === code
    if (!isMissing) throw error
    return undefined
  }
}
