import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { MNEMONIC } from '@wadi/localnet/accounts'
import { createNetwork, type LocalNetwork } from '@wadi/localnet/create-network'
import { printAddress, stakingAddress } from '@wadi/primitives/address'
import { findOasis, runOasis } from './oasisProgram.ts'

const program = findOasis()

describe('the oasis command line', { skip: program.missing }, () => {
  const home = mkdtempSync(join(tmpdir(), 'wadi-oasis-home-'))
  let network: LocalNetwork
  let validator: string

  /** Runs a command that has to succeed, and gives what it says. */
  const oasis = async (...args: readonly string[]) => {
    const { said, isGood } = await runOasis(program.path, home, ...args)
    assert.ok(isGood, `${args.join(' ')}: ${said}`)
    return said
  }
  const send = (...args: readonly string[]) => oasis(...args, '--account', 'payer', '-y')

  before(async () => {
    network = await createNetwork({ validators: 1, blockMs: 50, epochBlocks: 200 })
    const { client, socketPath } = network.nodes[0]!
    for await (const { height } of client.consensus.watchBlocks()) if (height > 1n) break
    const [first] = await client.scheduler.getValidators(0n)
    validator = printAddress(stakingAddress(first!.entityId))
    const symbol = ['--symbol', 'TEST', '--num-decimals', '9']
    await oasis('network', 'add-local', 'wadi', `unix:${socketPath}`, ...symbol, '-y')
    await oasis('network', 'set-default', 'wadi')
    const words = ['--algorithm', 'ed25519-adr8', '--number', '0', '--secret', MNEMONIC]
    await oasis('wallet', 'import', 'payer', '-y', ...words)
  })
  after(async () => {
    await network.stop()
    rmSync(home, { recursive: true })
  })

  it('finds the funded account of the words', async () => {
    const said = await oasis('account', 'show', 'payer')
    assert.ok(said.includes(printAddress(network.accounts[0]!.address)), said)
    assert.match(said, /Available: 1000000\.0 TEST/)
  })

  it('shows the status of the node and the network', async () => {
    const status = JSON.parse(await oasis('network', 'status', '--format', 'json'))
    assert.equal(status.consensus.chain_context, network.files.chainContext)
    assert.equal(status.consensus.status, 'ready')
    assert.equal(status.registration.last_attempt_successful, true)
  })

  for (const what of [
    'validators',
    'nodes',
    'entities',
    'parameters',
    'committees',
    'gas-costs',
    'native-token',
    'paratimes',
  ])
    it(`shows ${what}`, async () => {
      await oasis('network', 'show', what)
    })

  it('transfers, delegates, takes back, allows', async () => {
    const to = printAddress(network.accounts[1]!.address)
    for (const args of [
      ['account', 'transfer', '12.5', to],
      ['account', 'delegate', '100', validator],
      ['account', 'undelegate', '5', validator],
      ['account', 'allow', to, '3'],
    ])
      assert.match(await send(...args), /executed successfully/)
    const said = await oasis('account', 'show', 'payer', '--show-delegations')
    assert.match(said, /Nonce: 4\n/)
    assert.match(said, /Available: 999887\.5 TEST/)
    assert.ok(said.includes(`To:     ${validator}`), said)
  })

  it('says why a transfer failed', async () => {
    const to = printAddress(network.accounts[1]!.address)
    const args = ['account', 'transfer', '99999999', to, '--account', 'payer', '-y']
    const { said, isGood } = await runOasis(program.path, home, ...args)
    assert.equal(isGood, false)
    assert.match(said, /insufficient balance/)
  })

  it('lists proposals', async () => {
    assert.match(await oasis('network', 'governance', 'list'), /SUBMITTER/)
  })
})
