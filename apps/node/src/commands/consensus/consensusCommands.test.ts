import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TAKEN_IN } from '@wadi/node-api/testing/test-facts'
import { stakeCommands } from '../stake/stakeCommands.ts'
import { runWords } from '../testing/runWords.ts'
import { ServedChain } from '../testing/servedChain.ts'
import { TestNetwork } from '../testing/testNetwork.ts'
import { consensusCommands } from './consensusCommands.ts'

const consensus = (...words: readonly string[]) => runWords(consensusCommands, ...words)
const burn = (network: TestNetwork, ...more: readonly string[]) =>
  runWords(stakeCommands, 'account', 'gen_burn', ...network.flags(), '--stake.amount=3', ...more)

describe('consensus show_tx', () => {
  it('shows what another command wrote, and who signed it', async () => {
    using network = new TestNetwork()
    await burn(network)
    const flags = network
      .flags()
      .filter((word) => word !== '--signer.dir' && word !== network.folder)
    const { code, out } = await consensus('show_tx', ...flags)
    assert.equal(code, 0)
    assert.match(out, /^Hash: [0-9a-f]{64}\nSigner: \S{44}\n {8}\(signature: \S{88}\)\nContent:\n/)
    assert.match(out, /\n {2}Method: staking\.Burn\n {2}Body:\n {4}Amount: 0\.000003 TEST\n/)
    assert.match(
      out,
      new RegExp(`\\nOther info:\\n {2}Genesis document's hash: ${network.chainContext}\\n$`),
    )
    assert.ok(out.includes(network.entityKey))
    assert.doesNotMatch(out, /INVALID/)
  })

  it('refuses a file that is no transaction', async () => {
    using network = new TestNetwork()
    const flags = network
      .flags()
      .filter((word) => word !== '--signer.dir' && word !== network.folder)
    network.write('tx', 'nothing')
    const { code, err } = await consensus('show_tx', ...flags)
    assert.equal(code, 2)
    assert.match(
      err,
      /^Error: \S+tx is not a signed transaction in JSON \(.*\); name another file\n$/,
    )
    assert.match(
      (await consensus('show_tx', ...flags, '--transaction.file=')).err,
      /is missing; give/,
    )
  })
})

describe('consensus submit_tx', () => {
  it('gives the node the transaction, and tells what the node says of it', async () => {
    using network = new TestNetwork()
    await burn(network)
    const seen: Uint8Array[] = []
    const refusal = { code: 4, codespace: 'staking', log: 'staking: invalid signature' }
    await using chain = await ServedChain.serve({
      live: {
        checkTx: (transaction) => {
          seen.push(transaction)
          return { ...TAKEN_IN, response: { ...TAKEN_IN.response, ...refusal } }
        },
      },
    })
    chain.chain.add()
    const file = ['--transaction.file', network.at('tx')]
    const { code, err } = await consensus('submit_tx', ...file, '-a', chain.address)
    assert.equal(code, 4)
    assert.match(err, /^Error: the node refuses Consensus\/SubmitTx: staking: invalid signature\n$/)
    assert.equal(seen.length, 1)
  })

  it('reads the file before it looks for the node', async () => {
    const { code, err } = await consensus('submit_tx', '--transaction.file', '/nowhere/tx')
    assert.equal(code, 2)
    assert.match(err, /^Error: \/nowhere\/tx does not exist; name a signed transaction in JSON\n$/)
  })
})

describe('consensus estimate_gas', () => {
  it('asks with an unsigned transaction and the key of who is to sign', async () => {
    using network = new TestNetwork()
    await burn(network, '--transaction.unsigned')
    await using chain = await ServedChain.serve({ live: { estimateGas: () => 1234n } })
    chain.chain.add()
    const words = ['estimate_gas', '--transaction.file', network.at('tx'), '-a', chain.address]
    const signer = ['--consensus.signer_pub', network.entityKey]
    assert.deepEqual(await consensus(...words, ...signer), { code: 0, out: '1234\n', err: '' })
    const { code, err } = await consensus(...words)
    assert.equal(code, 2)
    assert.match(err, /--consensus\.signer_pub is missing; give a public key/)
    await burn(network)
    assert.match(
      (await consensus(...words, ...signer)).err,
      /is not an unsigned transaction in CBOR/,
    )
  })
})

describe('consensus next_block_state', () => {
  it('ends with 128 where the node knows of none', async () => {
    await using chain = await ServedChain.serve()
    chain.chain.add()
    const { code, err } = await consensus('next_block_state', '-a', chain.address)
    assert.equal(code, 128)
    assert.match(err, /^Error: the node refuses Consensus\/GetNextBlockState: /)
  })
})
