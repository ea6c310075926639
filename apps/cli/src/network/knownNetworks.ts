/**
 * Public networks, by what their signatures are for. Signatures for another chain are worth nothing
 * there, so a node that names one of these must also have its token: an exponent that is off by
 * three would send a thousand times as much.
 */

import type { TokenTerms } from '@wadi/node/amounts'
import { errors } from '../errors.ts'

/** A network that everybody knows. */
export interface KnownNetwork {
  readonly name: string
  readonly token: TokenTerms
}

const KNOWN: ReadonlyMap<string, KnownNetwork> = new Map([
  [
    'bb3d748def55bdfb797a2ac53ee6ee141e54cd2ab2dc2375f4a0703a178e6e55',
    { name: 'Oasis Mainnet', token: { symbol: 'ROSE', exponent: 9 } },
  ],
  [
    '0b91b8e4e44b2003a7c5e23ddadb5e14ef5345c0ebcb3ddcae07fa2f244cab76',
    { name: 'Oasis Testnet', token: { symbol: 'TEST', exponent: 9 } },
  ],
])

/** The name of a network, if it is known. */
export function networkName(chainContext: string): string | undefined {
  return KNOWN.get(chainContext)?.name
}

/** Refuses another token than a known network has. */
export function checkToken(chainContext: string, { symbol, exponent }: TokenTerms): void {
  const known = KNOWN.get(chainContext)
  if (known === undefined) return
  if (known.token.symbol === symbol && known.token.exponent === exponent) return
  const { name, token } = known
  throw errors.wrongNetwork(
    `the node says that ${name} has a token ${JSON.stringify(symbol)} with ${exponent} decimals, and it is ${token.symbol} with ${token.exponent}; name another node with --node`,
  )
}
