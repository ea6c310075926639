/** What somebody has to know who wants to use a network. */

import { printAddress } from '@wadi/primitives/address'
import { localPrivateKey, MNEMONIC } from './accounts.ts'
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

/** What is different where CometBFT agrees on blocks. */
function engineLines(engines: NetworkFiles['engines']): string {
  if (engines.length === 0) return ''
  const lines = engines.map(({ name, rpc }) => `  ${name}  http://127.0.0.1:${rpc}\n`)
  return `
They are CometBFT processes that drive our application, with CometBFT's own signatures: nodes of
the Oasis Network cannot follow. node-0 does, and is what is called. Their RPC:
${lines.join('')}`
}

/** Everything: endpoints, accounts, and what other programs want to be told. */
export function describeNetwork(network: LocalNetwork): string {
  const { files, accounts } = network
  const { folder, chainContext, nodes, validators, engines } = files
  const [first] = nodes
  const funded = accounts
    .slice(0, -1)
    .flatMap(({ address }, i) => [`  ${i}  ${printAddress(address)}`, `     ${localPrivateKey(i)}`])
  return `A network of ${validators} validators, kept in ${folder}
${engineLines(engines)}
${endpointLines(files).join('\n')}
chain     ${chainContext}

Accounts with a million TEST each, and their private keys (ed25519-raw), from the words
  ${MNEMONIC}
Everybody knows them: they are for this network alone.
${funded.join('\n')}

The oasis command line, once:
  oasis network add-local wadi-local unix:${first?.socketPath} --symbol TEST
In a page, with @oasisprotocol/client:
  new oasis.client.NodeInternal('http://127.0.0.1:${first?.apiPort}')
`
}
