/** What somebody has to know who wants to use a network. */

import { printAddress } from '@wadi/primitives/address'
import { MNEMONIC } from './accounts.ts'
import type { LocalNetwork } from './createNetwork.ts'
import type { NetworkFiles } from './networkFiles.ts'

/** Where it is called: short, for the picture. */
export function endpointLines({ nodes, faucetPort }: NetworkFiles): readonly string[] {
  const [first] = nodes
  if (first === undefined) return []
  return [
    `gRPC      unix:${first.socketPath}`,
    `gRPC-web  http://127.0.0.1:${first.apiPort}`,
    `faucet    curl -X POST --data <address> http://127.0.0.1:${faucetPort}/`,
  ]
}

/** Everything: endpoints, accounts, and what other programs want to be told. */
export function describeNetwork(network: LocalNetwork): string {
  const { files, accounts } = network
  const { folder, chainContext, nodes } = files
  const [first] = nodes
  const funded = accounts.slice(0, -1).map(({ address }, i) => `  ${i}  ${printAddress(address)}`)
  return `A network of ${nodes.length} validators, kept in ${folder}

${endpointLines(files).join('\n')}
chain     ${chainContext}

Accounts with a million TEST each, from the words
  ${MNEMONIC}
${funded.join('\n')}

The oasis command line, once:
  oasis network add-local wadi-local unix:${first?.socketPath} --symbol TEST
In a page, with @oasisprotocol/client:
  new oasis.client.NodeInternal('http://127.0.0.1:${first?.apiPort}')
`
}
