import { calls } from '@wadi/consensus/staking/api'
import type { AskedNode } from '../connection/nodeConnection.ts'
import type { TokenTerms } from '../transaction/amounts.ts'

const LAST = 0n

/** What a token is, on the network of a node. */
export async function tokenOfNode(node: AskedNode): Promise<TokenTerms> {
  return {
    symbol: await node.ask(calls, 'Staking/TokenSymbol', LAST),
    exponent: await node.ask(calls, 'Staking/TokenValueExponent', LAST),
  }
}
