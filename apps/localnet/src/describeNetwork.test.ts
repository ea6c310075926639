import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { localAccounts } from './accounts.ts'
import { describeNetwork, endpointLines, titleOf } from './describeNetwork.ts'
import { type NetworkChoices, openNetworkFiles } from './networkFiles.ts'
import { networkJson } from './networkJson.ts'

const folder = mkdtempSync(join(tmpdir(), 'wadi-described-'))
after(() => rmSync(folder, { recursive: true }))
const PLAIN = { validators: 1, blockMs: 250, epochBlocks: 60 }
const PARATIMES = { ...PLAIN, validators: 2, paratimes: ['keyvalue', 'accounts'] } as const
const KEYVALUE = `80${'00'.repeat(31)}`
const ACCOUNTS = `80${'00'.repeat(30)}01`

describe('what is said of a network', () => {
  async function made(name: string, choices: NetworkChoices) {
    const files = await openNetworkFiles(join(folder, name), choices, 'any')
    const port = (node: string) => files.nodes.find((one) => one.name === node)?.apiPort
    const socket = (node: string) => `unix:${join(files.folder, node, 'internal.sock')}`
    return { network: { files, accounts: localAccounts() }, files, port, socket }
  }

  it('names the node that answers for ParaTimes, for the oasis command line and pages, too', async () => {
    const { network, files, port, socket } = await made('paratimes', PARATIMES)
    const [web] = [`http://127.0.0.1:${port('compute-0')}`]
    const said = describeNetwork(network)
    const lines = endpointLines(files)
    assert.ok(lines.includes(`gRPC      ${socket('node-0')}`))
    assert.ok(lines.includes(`ParaTimes ${socket('compute-0')}`))
    assert.ok(lines.includes(`          ${web}`))
    const token = '--symbol TEST --num-decimals 9 -y'
    for (const line of [
      ...lines,
      `  oasis network add-local wadi-local ${socket('compute-0')} ${token}`,
      `  oasis paratime add wadi-local accounts ${ACCOUNTS} ${token}`,
      `  oasis paratime add wadi-local keyvalue ${KEYVALUE} ${token}`,
      `  new oasis.client.NodeInternal('${web}')`,
      `  keyvalue  ${KEYVALUE}`,
      `  accounts  ${ACCOUNTS}`,
      `  node-1        validator   http://127.0.0.1:${port('node-1')}`,
      `  compute-2     compute     http://127.0.0.1:${port('compute-2')}`,
    ])
      assert.ok(said.split('\n').includes(line), `${line}\nis not in\n${said}`)
    assert.match(titleOf(files), /^Wadi · 2 validators · keyvalue and accounts on 3 nodes · /)
  })

  it('names a client or an observer rather than who executes', async () => {
    const { files, socket } = await made('clients', { ...PARATIMES, keyManagers: 1, clients: 1 })
    assert.ok(endpointLines(files).includes(`ParaTimes ${socket('client-0')}`))
    const other = await made('observers', { ...PARATIMES, observers: 1 })
    const observer = `ParaTimes ${other.socket('observer-0')}`
    assert.ok(endpointLines(other.files).includes(observer))
  })

  it('tells programs which node is what, and which ParaTimes there are', async () => {
    const { network, port, socket } = await made('paratimes', PARATIMES)
    const told = networkJson(network)
    assert.deepEqual(
      told.nodes.map(({ name, mode }) => [name, mode]),
      [
        ['node-0', 'validator'],
        ['node-1', 'validator'],
        ['compute-0', 'compute'],
        ['compute-1', 'compute'],
        ['compute-2', 'compute'],
      ],
    )
    assert.deepEqual(told.endpoints.paratimes, {
      grpc: socket('compute-0'),
      grpc_web: `http://127.0.0.1:${port('compute-0')}`,
    })
    assert.deepEqual(told.paratimes, [
      { name: 'keyvalue', id: KEYVALUE, version: '0.0.0' },
      { name: 'accounts', id: ACCOUNTS, version: '0.1.0' },
    ])
    assert.deepEqual(told.token, { symbol: 'TEST', exponent: 9 })
  })

  it('has nothing of ParaTimes where there are none, and one validator', async () => {
    const { network, files, socket, port } = await made('plain', PLAIN)
    const said = describeNetwork(network)
    assert.match(said, /^A network of 1 validator, kept in /)
    assert.match(titleOf(files), /^Wadi · 1 validator · Ctrl-C/)
    assert.doesNotMatch(said, /ParaTime|oasis paratime/)
    assert.ok(said.includes(`add-local wadi-local ${socket('node-0')} `))
    assert.ok(said.includes(`NodeInternal('http://127.0.0.1:${port('node-0')}')`))
    const told = networkJson(network)
    assert.deepEqual([told.paratimes, told.endpoints.paratimes], [[], undefined])
  })
})
