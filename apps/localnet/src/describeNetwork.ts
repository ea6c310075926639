/** What somebody has to know who wants to use a network. */

import { toHex } from '@wadi/base/bytes'
import { printAddress } from '@wadi/primitives/address'
import { localPrivateKey, MNEMONIC } from './accounts.ts'
import type { LocalNetwork } from './createNetwork.ts'
import type { NetworkFiles, NodePlace } from './networkFiles.ts'
import { PARATIME_PARTS, targetOf, urlOf } from './networkPlaces.ts'

/** A network, whether or not it runs. */
export type DescribedNetwork = Pick<LocalNetwork, 'files' | 'accounts'>

/** What its accounts hold. */
export const TOKEN = { symbol: 'TEST', exponent: 9 } as const

const NAME_WIDTH = 14
const PART_WIDTH = 12
/** By which the `oasis` command line knows the network. */
const CLI_NAME = 'wadi-local'

const webOf = ({ apiPort }: NodePlace) => urlOf(apiPort)

/** Who answers for ParaTimes, if anybody does. */
export function paratimeNode({ nodes }: Pick<NetworkFiles, 'nodes'>): NodePlace | undefined {
  return PARATIME_PARTS.flatMap((part) => nodes.find((node) => node.part === part) ?? [])[0]
}

/** Where it is called: short, for the picture. */
export function endpointLines({ nodes, faucetPort }: NetworkFiles): readonly string[] {
  const [first] = nodes
  if (first === undefined) return []
  const paratimes = paratimeNode({ nodes })
  return [
    `gRPC      ${targetOf(first)}`,
    `gRPC-web  ${webOf(first)}`,
    ...(paratimes === undefined
      ? []
      : [`ParaTimes ${targetOf(paratimes)}`, `          ${webOf(paratimes)}`]),
    `faucet    curl -X POST --data <address> ${urlOf(faucetPort)}/`,
  ]
}

const validatorsOf = (count: number) => `${count} ${count === 1 ? 'validator' : 'validators'}`

/** The network in a line. */
export function titleOf({ validators, paratimes, computeNodes }: NetworkFiles): string {
  const names = paratimes.map(({ name }) => name).join(' and ')
  const runs = paratimes.length > 0 ? ` · ${names} on ${computeNodes} nodes` : ''
  return `Wadi · ${validatorsOf(validators)}${runs} · Ctrl-C ends it`
}

/** What is different where CometBFT agrees on blocks. */
function engineLines(engines: NetworkFiles['engines']): string {
  if (engines.length === 0) return ''
  const lines = engines.map(({ name, rpc }) => `  ${name}  ${urlOf(rpc)}\n`)
  return `
They are CometBFT processes that drive our application, with CometBFT's own signatures: nodes of
the Oasis Network cannot follow. node-0 does, and is what is called. Their RPC:
${lines.join('')}`
}

/** What a node is, in a word of configurations. */
export function modeOf(
  { part }: Pick<NodePlace, 'part'>,
  { engine }: Pick<NetworkFiles, 'engine'>,
): string {
  return part ?? (engine === 'wadi' ? 'validator' : 'client')
}

function nodeLines(files: NetworkFiles): string {
  const lines = files.nodes.map((node) => {
    const mode = modeOf(node, files).padEnd(PART_WIDTH)
    return `  ${node.name.padEnd(NAME_WIDTH)}${mode}${webOf(node)}`
  })
  return `Nodes, each called by gRPC-web, and by gRPC at ${files.folder}/<name>/internal.sock
${lines.join('\n')}
`
}

function paratimeLines({ nodes, paratimes }: NetworkFiles): string {
  const asked = paratimeNode({ nodes })
  if (asked === undefined) return ''
  const width = Math.max(...paratimes.map(({ name }) => name.length))
  const lines = paratimes.map(({ name, id }) => `  ${name.padEnd(width)}  ${toHex(id)}`)
  return `
ParaTimes, by their names and identifiers. Validators do not know them: ${asked.name} answers for
them, and for all else, from a few seconds after the first block on
${lines.join('\n')}
`
}

/** What makes the network known to the `oasis` command line. */
export function oasisCommands({ nodes, paratimes }: NetworkFiles): readonly string[] {
  const asked = paratimeNode({ nodes }) ?? nodes[0]
  if (asked === undefined) return []
  const token = `--symbol ${TOKEN.symbol} --num-decimals ${TOKEN.exponent} -y`
  // The first one is what it goes by if none is named: one that has tokens is of more use.
  const first = (name: string) => (name === 'keyvalue' ? 1 : 0)
  const added = paratimes.toSorted((a, b) => first(a.name) - first(b.name))
  return [
    `oasis network add-local ${CLI_NAME} ${targetOf(asked)} ${token}`,
    ...added.map(({ name, id }) => `oasis paratime add ${CLI_NAME} ${name} ${toHex(id)} ${token}`),
    `oasis network set-default ${CLI_NAME}`,
  ]
}

/** Everything: endpoints, accounts, and what other programs want to be told. */
export function describeNetwork({ files, accounts }: DescribedNetwork): string {
  const { folder, chainContext, nodes, validators, engines } = files
  const asked = paratimeNode({ nodes }) ?? nodes[0]
  const funded = accounts
    .slice(0, -1)
    .flatMap(({ address }, i) => [`  ${i}  ${printAddress(address)}`, `     ${localPrivateKey(i)}`])
  return `A network of ${validatorsOf(validators)}, kept in ${folder}
${engineLines(engines)}
${endpointLines(files).join('\n')}
chain     ${chainContext}

${nodeLines(files)}${paratimeLines(files)}
Accounts with a million TEST each, and their private keys (ed25519-raw), from the words
  ${MNEMONIC}
Everybody knows them: they are for this network alone.
${funded.join('\n')}

The oasis command line, once:
${oasisCommands(files)
  .map((command) => `  ${command}`)
  .join('\n')}
In a page, with @oasisprotocol/client:
  new oasis.client.NodeInternal('${asked && webOf(asked)}')
`
}
