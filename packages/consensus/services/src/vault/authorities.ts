/** Who may decide what about a vault, without state. */

import { equalBytes, toHex } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import type { Action, Authority, Parameters, Vault } from '@wadi/consensus/vault'
import type { Address } from '@wadi/primitives/address'

/** COMPAT(oasis-core): none of these has a code; transactions give theirs. */
export const errors = definePlainErrors('vaultAuthority', {
  noAddresses: 'no addresses',
  noThreshold: 'threshold cannot be zero',
  thresholdTooLarge: 'threshold is larger than the number of addresses',
  tooManyAddresses: 'too many addresses in authority',
  duplicateAddress: 'duplicate address in authority',
  noUpdate: 'at least one authority must be updated',
})

/** Refuses an authority that could never decide, or is too large. */
export function checkAuthority(
  { addresses = [], threshold }: Authority,
  { maxAuthorityAddresses }: Parameters,
): void {
  if (addresses.length === 0) throw errors.noAddresses()
  if (threshold === 0) throw errors.noThreshold()
  if (threshold > addresses.length) throw errors.thresholdTooLarge()
  if (addresses.length > maxAuthorityAddresses)
    throw errors.tooManyAddresses(`${addresses.length}, at most ${maxAuthorityAddresses}`)
  if (new Set(addresses.map(toHex)).size < addresses.length) throw errors.duplicateAddress()
}

/** Is the address one of a list? */
export function includesAddress(
  addresses: readonly Address[] | undefined,
  address: Address,
): boolean {
  return addresses?.some((other) => equalBytes(other, address)) === true
}

/** All authorities of a vault. */
export function authoritiesOf(vault: Vault): readonly Authority[] {
  return [vault.adminAuthority, vault.suspendAuthority]
}

/** The authorities of a vault that may decide about an action: each of them alone. */
export function authoritiesFor(vault: Vault, { suspend, resume }: Action): readonly Authority[] {
  return suspend !== undefined || resume !== undefined
    ? authoritiesOf(vault)
    : [vault.adminAuthority]
}

/** Does the address belong to one of these authorities? */
export function isMember(authorities: readonly Authority[], address: Address): boolean {
  return authorities.some(({ addresses }) => includesAddress(addresses, address))
}

/** Have enough agreed for one of these authorities? Nobody counts twice. */
export function haveDecided(
  authorities: readonly Authority[],
  agreeing: readonly Address[],
): boolean {
  const agreed = new Set(agreeing.map(toHex))
  return authorities.some(({ addresses, threshold }) => {
    const members = new Set(addresses?.map(toHex))
    const count = [...members].filter((member) => agreed.has(member)).length
    // COMPAT(oasis-core): where a genesis document has a threshold of zero, it takes one.
    return count >= Math.max(threshold, 1)
  })
}
