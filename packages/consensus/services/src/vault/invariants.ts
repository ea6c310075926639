/** What always holds of vaults. */

import { equalBytes } from '@wadi/base/bytes'
import type { Vault } from '@wadi/consensus/vault'
import * as keys from '@wadi/consensus/vault/keys'
import { type Address, printAddress, vaultAddress } from '@wadi/primitives/address'
import type { Violation } from '../kernel/service.ts'
import { entriesOf, type ReadableState } from '../kernel/state.ts'
import { authoritiesFor, haveDecided } from './authorities.ts'
import { pendingActionsOf } from './queries.ts'

/** What does not hold of a committed state. */
export function* violations(state: ReadableState): Generator<Violation> {
  for (const [[address], vault] of entriesOf(state, keys.vaults)) {
    if (!equalBytes(address, vaultAddress(vault.creator, vault.id)))
      yield broken('address', address, 'is not that of its creator and number')
    yield* actionViolations(state, address, vault)
  }
}

function broken(invariant: string, vault: Address, details: string): Violation {
  return { invariant: `vault.${invariant}`, details: `vault ${printAddress(vault)}: ${details}` }
}

/** Only the next action can wait, and it waits because too few have agreed. */
function* actionViolations(
  state: ReadableState,
  address: Address,
  vault: Vault,
): Generator<Violation> {
  for (const { nonce, authorizedBy = [], action } of pendingActionsOf(state, address)) {
    if (nonce !== vault.nonce)
      yield broken('pendingAction', address, `${nonce} waits instead of ${vault.nonce}`)
    if (haveDecided(authoritiesFor(vault, action), authorizedBy))
      yield broken('pendingAction', address, `${nonce} waits although enough agreed`)
  }
}
