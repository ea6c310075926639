import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseBase64, parseUtf8 } from '@wadi/base/bytes'
import { chainTermsOf } from '@wadi/consensus-services/application/chainTerms'
import { cometFiles, cometNodeId, cometTimeouts } from './cometFiles.ts'
import { genesisOf } from './engineGenesis.ts'
import { createNetworkGenesis } from './networkGenesis.ts'

const network = createNetworkGenesis({ validators: 2, timeoutCommitMs: 250n })
const { document } = network
const genesis = genesisOf(document, chainTermsOf(document))
const [keys] = network.validators as [(typeof network.validators)[0]]

const files = cometFiles({
  genesis,
  consensusSeed: keys.consensus.seed,
  p2pSeed: keys.p2p.seed,
  proxyApp: 'unix:///run/"app".sock',
  p2pAddress: 'tcp://0.0.0.0:26656',
  rpcAddress: 'tcp://127.0.0.1:26657',
  peers: ['aa@host:1', 'bb@host:2'],
  settings: [cometTimeouts(document), { p2p: { pex: true }, mempool: { size: 7 } }],
})

function textOf(path: string): string {
  return files.find((file) => file.path === path)?.text ?? ''
}

describe('the folder of a CometBFT process', () => {
  it('has a genesis with our validators, our parameters and our whole document', () => {
    const text = textOf('config/genesis.json')
    const made = JSON.parse(text)
    assert.equal(made.chain_id, network.chainContext.slice(0, 50))
    assert.equal(made.genesis_time, '2026-01-01T00:00:00Z')
    assert.deepEqual(made.consensus_params, {
      block: { max_bytes: '4194304', max_gas: '-1' },
      // Ten epochs of sixty blocks, each of which takes a second more than its pause.
      evidence: {
        max_age_num_blocks: '600',
        max_age_duration: '750000000000',
        max_bytes: '1048576',
      },
      validator: { pub_key_types: ['ed25519'] },
      version: { app: '30064771072' },
    })
    const powers = made.validators.map(({ power }: { readonly power: string }) => power)
    assert.deepEqual(powers, ['62500000', '62500000'])
    assert.deepEqual(made.app_state, JSON.parse(parseUtf8(genesis.appState)))
  })

  it('has the keys that the application has', () => {
    const key = JSON.parse(textOf('config/priv_validator_key.json'))
    const { publicKey, seed } = keys.consensus
    assert.deepEqual(parseBase64(key.pub_key.value), publicKey)
    const secret = parseBase64(key.priv_key.value)
    assert.deepEqual([secret.slice(0, 32), secret.slice(32)], [seed.reveal(), publicKey])
    assert.equal(key.address, cometNodeId(publicKey).toUpperCase())
    assert.match(textOf('config/node_key.json'), /PrivKeyEd25519/)
  })

  it('forgets nothing of what was signed when it is written again', () => {
    const once = files.filter(({ isOnce }) => isOnce).map(({ path }) => path)
    assert.deepEqual(once, ['data/priv_validator_state.json'])
  })

  it('has settings of its own, of the network, and of the caller', () => {
    const config = textOf('config/config.toml')
    for (const line of [
      'proxy_app = "unix:///run/\\"app\\".sock"',
      'persistent_peers = "aa@host:1,bb@host:2"',
      'timeout_commit = "250000000ns"',
      'version = "v1"',
      'pex = true',
      'size = 7',
    ])
      assert.equal(config.split('\n').filter((found) => found === line).length, 1, line)
    assert.equal(config.match(/^\[p2p\]$/gm)?.length, 1)
  })
})
