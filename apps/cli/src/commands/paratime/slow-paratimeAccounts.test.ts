import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { PARATIMES } from '@wadi/compose/network-paratimes'
import { nextEpoch } from '@wadi/localnet/next-epoch'
import { AccountsNetwork } from '../../testing/accountsNetwork.ts'

const BASE = 1_000_000_000n
const { id: runtimeId } = PARATIMES.accounts
/** What `test:` accounts of local networks begin with. */
const FUNDED = 1_000_000n

describe('wadi paratime, on a network with the ParaTime of accounts', () => {
  let world: AccountsNetwork

  before(async () => {
    world = await AccountsNetwork.start({ blockMs: 500 })
    // The node that is asked follows the committee, and starts its own program meanwhile.
    await world.untilTrue(() => world.isRunning())
  })
  after(() => world.stop())

  const run = (line: string) => world.run(line)
  const ask = (line: string) => world.ask(line)
  const key = (name: string, digit: string) => world.key(name, digit)
  const refuse = async (line: string, sentence: RegExp) => {
    const { code, out, err } = await run(line)
    assert.notEqual(code, 0, line)
    assert.equal(out, '', line)
    assert.match(err.trimEnd().split('Error: ')[1] ?? '', sentence, line)
  }
  /** What somebody has in the ParaTime and beside it, in tokens. */
  const balances = async (who: string) => {
    const { balance, consensus } = await ask(`paratime balance accounts ${who}`)
    return [balance.tokens, consensus.tokens]
  }
  /** Everything in the ParaTime is in its account of the consensus layer. */
  const inAccount = async () => {
    const { runtimeAddress, printAddress } = await import('@wadi/primitives/address')
    const { available } = await ask(`balance ${printAddress(runtimeAddress(runtimeId))}`)
    return available
  }

  it('lists it by its name', async () => {
    const { paratimes } = await ask('paratime list')
    assert.deepEqual(
      paratimes.map((each: { name: string; state: string }) => [each.name, each.state]),
      [['accounts', 'running']],
      JSON.stringify(paratimes),
    )
  })

  it('deposits, transfers and withdraws, and both layers agree at every step', async () => {
    assert.deepEqual(await balances('test:0'), ['0.0', `${FUNDED}.0`])
    const deposited = await ask('paratime deposit accounts 10 --account test:0 --yes')
    assert.ok(deposited.done_in_round > deposited.round)
    assert.equal(deposited.amount.base_units, `${10n * BASE}`)
    assert.deepEqual(await balances('test:0'), ['10.0', `${FUNDED - 10n}.0`])
    assert.equal((await inAccount()).tokens, '10.0')

    await ask('paratime transfer accounts 2.5 test:1 --account test:0 --yes')
    assert.deepEqual(await balances('test:0'), ['7.5', `${FUNDED - 10n}.0`])
    assert.deepEqual(await balances('test:1'), ['2.5', `${FUNDED}.0`])

    await ask('paratime withdraw accounts 1 --account test:1 --yes')
    assert.deepEqual(await balances('test:1'), ['1.5', `${FUNDED + 1n}.0`])
    assert.equal((await inAccount()).tokens, '9.0')
  })

  it('transfers with keys of every kind, and of several keys together', async () => {
    const secp256k1 = `--key-file ${key('eth', '1')} --algorithm secp256k1`
    const sr25519 = `--key-file ${key('sr', '2')} --algorithm sr25519`
    const ed25519 = `--key-file ${key('ed', '3')}`
    const together = `--key-file ${key('a', '4')} --with ${key('b', '5')}`
    const kinds = [secp256k1, sr25519, ed25519, together]
    for (const flags of kinds) {
      const { address } = await ask(`paratime balance accounts ${flags}`)
      await ask(`paratime transfer accounts 0.1 ${address} --account test:0 --yes`)
      await ask(`paratime transfer accounts 0.1 test:2 ${flags} --yes`)
      assert.deepEqual(await balances(address), ['0.0', '0.0'])
    }
    assert.deepEqual(await balances('test:2'), ['0.4', `${FUNDED}.0`])
    // The address on Ethereum of a key names the same account.
    const eth = '0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a'
    const { address } = await ask(`paratime balance accounts ${eth}`)
    assert.equal(address, (await ask(`paratime balance accounts ${secp256k1}`)).address)
    await ask(`paratime transfer accounts 0.2 ${eth} --account test:0 --yes`)
    await refuse(`paratime withdraw accounts 0.2 ${secp256k1} --yes`, /say who gets it: --to$/)
    await ask(`paratime withdraw accounts 0.2 --to test:2 ${secp256k1} --yes`)
    assert.deepEqual(await balances('test:2'), ['0.4', `${FUNDED}.2`])
  })

  it('delegates through it, takes back, and has it when its time has come', async () => {
    const [{ address }] = (await ask('validators')).validators
    const unitsOf = async (who = 'test:0') =>
      BigInt((await ask(`paratime balance accounts ${who}`)).balance.base_units)
    const has = await unitsOf()
    await ask(`paratime delegate accounts 3 ${address} --account test:0 --yes`)
    assert.equal(await unitsOf(), has - 3n * BASE)
    const { delegations } = await ask('paratime balance accounts test:0')
    assert.equal(delegations.length, 1)
    await ask(`paratime undelegate accounts ${address} --account test:0 --yes`)
    const after = await ask('paratime balance accounts test:0')
    assert.deepEqual(after.delegations, [])
    assert.equal(after.undelegations[0].validator, address)
    assert.equal(await unitsOf(), has - 3n * BASE)

    const due = BigInt(after.undelegations[0].epoch)
    while ((await nextEpoch(world.network.nodes[0]!)) < due);
    await world.untilTrue(async () => {
      const { undelegations } = await ask('paratime balance accounts test:0')
      return undelegations.length === 0
    })
    // With what was paid to delegators meanwhile; the consensus layer has given no less.
    const back = await unitsOf()
    assert.ok(back >= has && back < has + BASE, `${back}`)
    const others = (await unitsOf('test:1')) + (await unitsOf('test:2'))
    assert.equal((await inAccount()).base_units, `${back + others}`)
  })

  it('refuses what cannot be done, and nothing has moved', async () => {
    const before = await balances('test:1')
    await refuse(
      'paratime transfer accounts 1000 test:2 --account test:1 --yes',
      /are to leave it; take less, or/,
    )
    await refuse('paratime deposit accounts 10 --account test:1', /say --yes/)
    await refuse('paratime undelegate accounts test:2 --account test:1 --yes', /has 0 shares/)
    const encrypted = 'paratime transfer accounts 1 test:2 --encrypted --account test:1 --yes'
    await refuse(encrypted, /^accounts \(.*\) has no key manager, .*; leave --encrypted away, or/)
    await refuse('paratime deposit 7777 1 --account test:1 --yes', /^the network has no ParaTime/)
    const eth = `--key-file ${key('eth', '1')} --algorithm rsa`
    await refuse(`paratime transfer accounts 1 test:2 ${eth} --yes`, /ed25519, secp256k1, sr25519$/)
    assert.deepEqual(await balances('test:1'), before)
  })
})
