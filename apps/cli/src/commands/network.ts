import { AddressBook } from '../accounts/addressBook.ts'
import { answer } from '../command/answer.ts'
import { operandsOf } from '../command/operands.ts'
import { wadiCommand } from '../command/wadiCommand.ts'
import { networkName } from '../network/knownNetworks.ts'
import { LAST, withNetwork } from '../network/withNetwork.ts'
import { factLines } from '../words/lines.ts'
import { tokensJson, tokensText } from '../words/tokens.ts'

/** `wadi network`. */
export const network = wadiCommand({
  name: 'network',
  summary: 'show which network it is, through which node, and its token',
  examples: ['wadi network', 'wadi network --node unix:/node/data/internal.sock'],
  options: {},
  run: ({ flags, operands }, world) =>
    withNetwork(flags, world, async (found) => {
      operandsOf(operands)
      const { client, blocks, node, chainContext, token } = found
      const isLocal = await found.isLocal()
      const [supply, genesisHeight] = await Promise.all([
        client.staking.totalSupply(LAST),
        blocks.genesisHeight(),
      ])
      const book = await AddressBook.open(found, world)
      const name = isLocal ? 'the local network of this machine' : networkName(chainContext)
      const json = {
        node: node.target,
        chosen_by: node.source,
        chain_context: chainContext,
        name,
        is_local: isLocal,
        token: { symbol: token.symbol, exponent: token.exponent },
        total_supply: tokensJson(supply, token),
        genesis_height: genesisHeight,
      }
      const lines = factLines([
        ['Node', `${node.target} (${node.source})`],
        ['Chain', chainContext],
        ['Name', name],
        ['Token', `${token.symbol}, with ${token.exponent} decimals`],
        ['Supply', tokensText(supply, token)],
        ['Begins at', genesisHeight],
        ['Accounts', book.names.join(', ')],
      ])
      return answer(flags, world, { json, lines })
    }),
})
