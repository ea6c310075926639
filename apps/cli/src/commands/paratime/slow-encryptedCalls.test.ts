import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { toHex, toUtf8 } from '@wadi/base/bytes'
import { KEY_MANAGER, PARATIMES } from '@wadi/compose/network-paratimes'
import { createNetwork, type LocalNetwork } from '@wadi/localnet/create-network'
import { nextEpoch } from '@wadi/localnet/next-epoch'
import { Person } from '../../testing/runWadi.ts'

const { id: runtimeId } = PARATIMES.accounts

describe('wadi paratime … --encrypted, on a network with a key manager', () => {
  let network: LocalNetwork
  let person: Person

  before(async () => {
    const options = { validators: 1, blockMs: 250, epochBlocks: 60, computeNodes: 1, clients: 1 }
    network = await createNetwork({ ...options, paratimes: ['accounts'], keyManagers: 1 })
    const { socketPath, client } = clientNode()
    const WADI_NODE = `unix:${socketPath}`
    person = new Person({ WADI_LOCALNET: network.files.folder, WADI_NODE })
    for await (const _ of client.runtimeClient.watchBlocks(runtimeId)) {
      const { err } = await run('paratime deposit accounts 10 --encrypted --account test:0')
      // It is asked about only when there is a key.
      if (/say --yes/.test(err)) break
    }
  })
  after(async () => {
    person.remove()
    await network.stop()
  })

  const clientNode = () => network.nodes.find(({ name }) => name === 'client-0')!
  const run = (line: string) => person.run(line.split(' '))
  const ask = async (line: string) => {
    const { code, out, err } = await run(`${line} --output json`)
    assert.deepEqual([line, code], [line, 0], err)
    return JSON.parse(out)
  }
  const balanceOf = async (who: string) =>
    (await ask(`paratime balance accounts ${who}`)).balance.tokens
  const key = (name: string, digit: string) => person.write(name, `${digit.repeat(64)}\n`)
  const inRound = (round: bigint) =>
    clientNode().client.runtimeClient.getTransactions({ runtimeId, round })

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
    const [data] = await inRound(BigInt(sent.round))
    assert.ok(!toHex(data!).includes(toHex(toUtf8('accounts.Transfer'))))

    const plain = await ask('paratime transfer accounts 1 test:1 --account test:0 --yes')
    assert.deepEqual([plain.encrypted, plain.key_epoch], [false, undefined])
    const [open] = await inRound(BigInt(plain.round))
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

  it('says what it hides and what not, before it asks', async () => {
    const { err, code } = await run(
      'paratime transfer accounts 1 test:1 --encrypted --account test:0',
    )
    assert.equal(code, 1)
    assert.match(err, /^Encrypted {3}what is called, with what, and the answer: nodes that/m)
    assert.match(err, /^Not hidden {2}who signs, fee and nonce; what the ParaTime tells/m)
    const { out } = await run('paratime transfer --help')
    assert.match(out, /Everybody still sees who signs/)
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

  it('says what to do while the key manager is away, and sends what is not encrypted', async () => {
    await network.stopNode('keymanager-0')
    // The key of an epoch that has begun is known here.
    await nextEpoch(network.nodes[0]!)
    const line = 'paratime transfer accounts 0.1 test:1 --account test:0 --yes'
    for await (const _ of clientNode().client.consensus.watchBlocks()) {
      const { code, err } = await run(`${line} --encrypted`)
      if (code === 0) continue
      assert.match(err, /^Error: accounts \(.*\) gives no key to encrypt with now \(.*key manager/)
      assert.match(err, /: its key manager is away, .*; try again later, or leave --encrypted away/)
      break
    }
    await ask(line)
  })
})
