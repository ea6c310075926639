import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { KEY_MANAGER } from '@wadi/compose/network-paratimes'
import { nextEpoch } from '@wadi/localnet/next-epoch'
import { AccountsNetwork } from '../../testing/accountsNetwork.ts'

/** The whole of a test in which something is away, however busy the machine is. */
const MS_MAX = 300_000

describe('wadi paratime … --encrypted, on a network with a key manager', () => {
  let world: AccountsNetwork

  before(async () => {
    world = await AccountsNetwork.start({ blockMs: 250, computeNodes: 1, keyManagers: 1 })
    await world.untilTrue(async () => {
      const { err } = await run('paratime deposit accounts 10 --encrypted --account test:0')
      // It is asked about only when there is a key.
      return /say --yes/.test(err)
    })
  })
  after(() => world.stop())

  const run = (line: string) => world.run(line)
  const ask = (line: string) => world.ask(line)
  const key = (name: string, digit: string) => world.key(name, digit)
  const balanceOf = async (who: string) =>
    (await ask(`paratime balance accounts ${who}`)).balance.tokens

  it('lists who has keys', async () => {
    const { paratimes } = await ask('paratime list')
    const keys = new Map(
      paratimes.map((each: { name?: string; key_manager?: string }) => [
        each.name,
        each.key_manager,
      ]),
    )
    assert.deepEqual(
      keys,
      new Map([
        ['accounts', toHex(KEY_MANAGER.id)],
        [undefined, undefined],
      ]),
    )
    const { out } = await run('paratime list')
    assert.match(out, /^accounts .* yes$/m)
  })

  it('deposits, transfers and withdraws, and nobody reads the call in the block', async () => {
    const deposited = await ask('paratime deposit accounts 10 --encrypted --account test:0 --yes')
    assert.equal(deposited.encrypted, true)
    assert.equal(deposited.method, 'consensus.Deposit')
    assert.ok(deposited.key_epoch > 0)
    assert.equal(await balanceOf('test:0'), '10.0')

    const sent = await ask(
      'paratime transfer accounts 2.5 test:1 --encrypted --account test:0 --yes',
    )
    assert.deepEqual([await balanceOf('test:0'), await balanceOf('test:1')], ['7.5', '2.5'])
    const [data] = await world.inRound(BigInt(sent.round))
    assert.ok(!toHex(data!).includes(toHex(toUtf8('accounts.Transfer'))))

    const plain = await ask('paratime transfer accounts 1 test:1 --account test:0 --yes')
    assert.deepEqual([plain.encrypted, plain.key_epoch], [false, undefined])
    const [open] = await world.inRound(BigInt(plain.round))
    assert.ok(toHex(open!).includes(toHex(toUtf8('accounts.Transfer'))))

    await ask('paratime withdraw accounts 1 --encrypted --account test:1 --yes')
    assert.equal(await balanceOf('test:1'), '2.5')
  })

  it('delegates and takes back, and sends with several keys', async () => {
    const [{ address: validator }] = (await ask('validators')).validators
    await ask(`paratime delegate accounts 3 ${validator} --encrypted --account test:0 --yes`)
    await ask(`paratime undelegate accounts ${validator} --encrypted --account test:0 --yes`)
    const { undelegations } = await ask('paratime balance accounts test:0')
    assert.equal(undelegations.length, 1)

    const together = `--key-file ${key('a', '4')} --with ${key('b', '5')}`
    const { address } = await ask(`paratime balance accounts ${together}`)
    await ask(`paratime transfer accounts 0.3 ${address} --account test:0 --yes`)
    await ask(`paratime transfer accounts 0.2 test:2 --encrypted ${together} --yes`)
    assert.equal(await balanceOf('test:2'), '0.2')
  })

  it('says what it hides and what not, and whose key it is, before it asks', async () => {
    const transfer = 'paratime transfer accounts 1 test:1 --encrypted --account test:0'
    const { err, code } = await run(transfer)
    assert.equal(code, 1)
    assert.match(err, /^Encrypted {3}what is called, with what, and the answer: nodes that/m)
    assert.match(err, /^Not hidden {2}who signs, fee and nonce; what the ParaTime tells/m)
    assert.match(err, /^Key {9}as the node says that is asked: one that lies reads the call/m)
    assert.doesNotMatch(err, /the consensus layer/)
    const withdrawal = await run('paratime withdraw accounts 1 --encrypted --account test:0')
    assert.match(withdrawal.err, /^ {12}and what the consensus layer does for it, with the amount/m)
    const { out } = await run('paratime transfer --help')
    assert.match(out, /Everybody still sees who signs/)
  })

  it('uses the same gas for all calls, or as much as is said', async () => {
    const limits = new Set<unknown>()
    for (const line of ['transfer accounts 0.1 test:1', 'withdraw accounts 0.1'])
      limits.add((await ask(`paratime ${line} --encrypted --account test:0 --yes`)).gas)
    // A round has 1,000,000,000.
    assert.deepEqual([...limits], [62_500_000])
    const line = 'paratime transfer accounts 0.1 test:1 --encrypted --account test:0 --yes'
    assert.equal((await ask(`${line} --gas 500000`)).gas, 500_000)
    const { err } = await run(`${line} --gas 1000`)
    assert.match(err, /out of gas.*; let it use more with --gas/)
    assert.match((await run(`${line} --gas much`)).err, /^Error: --gas is "much"; give a whole/)
  })

  it('has it proved who signs the key, where that is wanted', async () => {
    const line = 'paratime transfer accounts 0.1 test:3 --account test:0'
    const { client, socketPath } = world.network.nodes[0]!
    const { height, hash } = await client.consensus.getBlock(0n)
    const folder = join(world.person.home, '.config', 'wadi')
    const lines = [
      `chain_context: ${world.network.files.chainContext}`,
      `witnesses: unix:${socketPath}`,
      `trust: ${height}:${toHex(hash)}`,
    ]
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'config.yml'), `${lines.join('\n')}\n`)
    const plain = await run(`${line} --verify --yes`)
    assert.match(
      plain.err,
      /^Error: nobody proves what a ParaTime says; .* or with --encrypted, for/,
    )
    const { err } = await run(`${line} --encrypted --verify`)
    assert.match(err, /^Key {9}of this ParaTime: the network proves who signed it$/m)
    const sent = await ask(`${line} --encrypted --verify --yes`)
    assert.equal(sent.encrypted, true)
    assert.equal(await balanceOf('test:3'), '0.1')
    rmSync(join(folder, 'config.yml'))
  })

  it('says at once that there is too little, encrypted or not', async () => {
    for (const flags of ['--encrypted', ''])
      for (const what of ['transfer accounts 1000 test:1', 'withdraw accounts 1000']) {
        const line = `paratime ${what} --account test:2 --yes ${flags}`.trim()
        const { err, code } = await run(line)
        assert.equal(code, 1)
        assert.match(
          err,
          /the account has 0\.2 \S+ in the ParaTime, and 1,?000.* are to leave it; take less/,
        )
      }
    assert.equal(await balanceOf('test:2'), '0.2')
  })

  it('says what to do while the key manager is away, and sends what is not encrypted', {
    timeout: MS_MAX,
  }, async () => {
    await world.network.stopNode('keymanager-0')
    // The key of an epoch that has begun is known here.
    await nextEpoch(world.network.nodes[0]!)
    const line = 'paratime transfer accounts 0.1 test:1 --account test:0 --yes'
    let said = ''
    await world.untilTrue(async () => {
      const { code, err } = await run(`${line} --encrypted`)
      said = err
      return code !== 0
    })
    assert.match(said, /^Error: accounts \(.*\) gives no key to encrypt with now \(.*key manager/)
    assert.match(said, /: its key manager is away, .*; try again later, or leave --encrypted away/)
    await ask(line)
  })
})
