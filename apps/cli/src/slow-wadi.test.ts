import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, it } from 'node:test'
import { toBase64, toHex } from '@wadi/base/bytes'
import { Secret } from '@wadi/base/secret'
import { validatorKeys } from '@wadi/compose/network-keys'
import { createNetwork, type LocalNetwork } from '@wadi/localnet/create-network'
import { printAddress, stakingAddress } from '@wadi/primitives/address'
import { nobody, type Terminal } from './terminal/terminal.ts'
import { Person } from './testing/runWadi.ts'

const WORDS = `${'abandon '.repeat(11)}about`
const TEST_0 = 'oasis1qqx0wgxjwlw3jwatuwqj6582hdm9rjs4pcnvzz66'
const TEST_1 = 'oasis1qr4xfjmmfx7zuyvskjw9jl3nxcp6a48e8v5e27ty'
/** The seed of the keys of local networks. */
const SEED = 'local'

/** Somebody who says these things. */
function saying(...answers: readonly string[]): Terminal {
  const left = [...answers]
  const next = () => left.shift() ?? ''
  return {
    ...nobody,
    isPresent: true,
    ask: () => Promise.resolve(next()),
    askSecret: () => Promise.resolve(new Secret(next())),
  }
}

describe('wadi on a network', () => {
  let network: LocalNetwork
  let target: string
  let person: Person
  const { entity } = validatorKeys(SEED, 0)
  const validator = printAddress(stakingAddress(entity.publicKey))
  const people: Person[] = []

  before(async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wadi-found-'))
    network = await createNetwork({ folder, validators: 1, blockMs: 20, epochBlocks: 500 })
    target = `unix:${network.nodes[0]!.socketPath}`
  })
  beforeEach(() => {
    person = new Person({ WADI_LOCALNET: network.files.folder, WADI_NODE: target })
    people.push(person)
    person.environment['WADI_PASSWORD_FILE'] = person.write('password', 'a good password\n')
  })
  after(async () => {
    for (const each of people) each.remove()
    await network.stop()
    rmSync(network.files.folder, { recursive: true })
  })

  /** On a busy machine people are told what is waited for. */
  const run = async (line: string, terminal?: Terminal) => {
    const { err, ...ran } = await person.run(line.split(' '), terminal)
    return { ...ran, err: err.replace(/^(Waiting for|Looking through) .* …\n/gm, '') }
  }
  /** What a program is told; the command must succeed. */
  const ask = async (line: string) => {
    const { code, out, err } = await run(`${line} --output json`)
    assert.deepEqual([line, code, err], [line, 0, ''])
    return JSON.parse(out)
  }
  const text = async (line: string) => {
    const { code, out, err } = await run(line)
    assert.deepEqual([line, code, err], [line, 0, ''])
    return out
  }
  const refuse = async (line: string, sentence: RegExp, terminal?: Terminal) => {
    const { code, out, err } = await run(line, terminal)
    assert.notEqual(code, 0, line)
    assert.equal(out, '', line)
    const said = err.split('Error: ')[1]?.trimEnd() ?? ''
    assert.match(said, sentence, line)
    assert.equal(said.includes('\n'), false, line)
  }
  const importWords = (name: string) =>
    ask(`account import ${name} --mnemonic-file ${person.write('words', WORDS)}`)
  const importValidator = () => {
    const key = person.write('key', toBase64(entity.seed.reveal()))
    return ask(`account import validator --key-file ${key}`)
  }

  it('tells which network it is, and how the node is', async () => {
    const told = await ask('network')
    assert.deepEqual(told, {
      node: target,
      chosen_by: 'WADI_NODE',
      chain_context: network.files.chainContext,
      name: 'the local network of this machine',
      is_local: true,
      token: { symbol: 'TEST', exponent: 9 },
      total_supply: { base_units: '11001001000000000', tokens: '11001001.0', symbol: 'TEST' },
      genesis_height: 1,
    })
    assert.match(await text('network'), /Accounts +test:0, test:1/)
    const status = await ask('status')
    assert.deepEqual(
      [status.is_synced, status.is_validator, status.epoch >= 0, status.height >= 1],
      [true, true, true, true],
    )
    assert.match(await text('status'), /State +has the last block/)
  })

  it('moves tokens, and tells both what they have', async () => {
    const was = await ask('balance test:1')
    assert.deepEqual(Object.keys(was), [
      'address',
      'name',
      'total',
      'available',
      'delegated',
      'debonding',
      'received',
      'nonce',
    ])
    const sent = await ask('transfer 1.5 test:1 --account test:0 --yes')
    assert.deepEqual(
      [sent.method, sent.from, sent.to, sent.amount.base_units, sent.amount.tokens],
      ['staking.Transfer', TEST_0, TEST_1, '1500000000', '1.5'],
    )
    const is = await ask(`balance ${TEST_1}`)
    const gained = BigInt(is.available.base_units) - BigInt(was.available.base_units)
    assert.equal(gained, 1_500_000_000n)
    assert.match(await text('balance test:1'), /Account +test:1 \(oasis1.*\)\nTotal +\d+\.\d+ TEST/)
  })

  it('tells what a transaction and its block did, in words', async () => {
    const { hash, height } = await ask('transfer 0.25 test:1 --account test:0 --yes')
    const short = `test:0 (${TEST_0}) sends 0.25 TEST to test:1 (${TEST_1})`
    const block = await ask(`block ${height}`)
    const mine = block.transactions.find((each: { hash: string }) => each.hash === hash)
    assert.deepEqual([block.height, block.proposer], [height, validator])
    assert.deepEqual([mine.sentence, mine.result.is_done, mine.from], [short, true, TEST_0])
    assert.deepEqual(mine.body, { to: TEST_1, amount: '250000000' })
    assert.ok((await text(`block ${height}`)).includes(`\n${short}\n  done, ${hash}\n`))
    assert.ok((await ask('block')).height >= height)
    const found = await ask(`transaction ${hash}`)
    assert.deepEqual(found, { height, ...mine })
    assert.deepEqual(await ask(`transaction 0x${hash.toUpperCase()} --height ${height}`), found)
    const told = await text(`transaction ${hash}`)
    assert.match(told, /State +done\n/)
    assert.match(told, /\n {2}Amount: 0\.25 TEST\n/)
  })

  it('asks before it sends, and sends what was shown', async () => {
    await refuse(
      'transfer 1 test:1 --account test:0',
      /^nobody is at a terminal to agree; say --yes/,
    )
    await refuse('transfer 1 test:1 --account test:0', /^nothing was done; answer y/, saying('n'))
    const { code, out, err } = await run('transfer 1 test:1 --account test:0', saying('y'))
    assert.equal(code, 0)
    assert.match(err, /Transfer +1\.0 TEST\nTo +test:1 .*\nFrom +test:0/)
    assert.match(out, /^Sent +[0-9a-f]{64}\nBlock +\d+\n$/)
  })

  it('says of what was sent, and not seen in a block, how to look for it', async () => {
    await refuse(
      'transfer 1 test:1 --account test:7 --yes --timeout 1ms',
      /^it is not known whether .*; before you send it again, .* wadi transaction [0-9a-f]{64}$/,
    )
  })

  it('signs with an account under a password', async () => {
    await importWords('alice')
    await ask('transfer 0.5 test:1 --yes')
    const terminal = saying('y', 'a bad password')
    person.environment['WADI_PASSWORD_FILE'] = ''
    await refuse('transfer 0.5 test:1', /^alice does not open: the password is wrong/, terminal)
    const good = await run('transfer 0.5 test:1', saying('y', 'a good password'))
    assert.equal(good.code, 0)
    assert.equal(`${good.out}${good.err}`.includes('password'), false)
  })

  it('delegates, and takes back', async () => {
    const { validators } = await ask('validators')
    assert.equal(validators.length, 1)
    assert.deepEqual([validators[0].address, validators[0].share_percent], [validator, '100.0'])
    assert.equal(validators[0].name, 'node-0')
    const head = /VALIDATOR +POWER +SHARE +STAKE +COMMISSION\nnode-0 \(oasis1/
    assert.match(await text('validators'), head)
    await refuse(
      'stake delegate 100 nod-0 --account test:2 --yes',
      /^there is no account "nod-0"; did you mean node-0\?$/,
    )
    await refuse('stake delegate 1 node-0 --account node-0 --yes', /^there is no account "node-0"/)
    await ask('stake delegate 100 node-0 --account test:2 --yes')
    const { delegations } = await ask('stake list test:2')
    assert.deepEqual([delegations.length, delegations[0].state], [1, 'active'])
    // Rewards come with every block.
    assert.match((await ask('balance test:2')).delegated.tokens, /^(99\.9{6,}|100\.)\d*$/)
    const back = await ask(`stake undelegate 40 ${validator} --account test:2 --yes`)
    assert.match(back.amount.tokens, /^(39\.9{6,}\d*|40\.0(0000\d*)?)$/)
    const after = (await ask('stake list test:2')).delegations
    assert.deepEqual(
      after.map(({ state }: { state: string }) => state),
      ['active', 'debonding'],
    )
    assert.match(await text('stake list test:2'), /40\.\d+ TEST .*back in epoch \d+/)
    await ask(`stake undelegate all ${validator} --account test:2 --yes`)
    const { debonding, delegated } = await ask('balance test:2')
    assert.match(debonding.tokens, /^(99\.9{6,}|100\.)\d*$/)
    assert.equal(delegated.tokens, '0.0')
    await refuse(
      `stake undelegate 1 ${validator} --account test:3 --yes`,
      /^test:3 has delegated nothing to node-0 \(oasis1.*\); see wadi stake list$/,
    )
  })

  it('lets others withdraw', async () => {
    await ask('allowance raise 5 test:1 --account test:4 --yes')
    await ask('allowance lower 2 test:1 --account test:4 --yes')
    const { allowances } = await ask('allowance list test:4')
    assert.deepEqual(allowances[0].beneficiary, TEST_1)
    assert.equal(allowances[0].amount.tokens, '3.0')
    await ask('allowance withdraw 2.5 test:4 --account test:1 --yes')
    assert.match(await text('allowance list test:4'), /0\.5 TEST +test:1 \(oasis1/)
    await refuse(
      'allowance withdraw 1 test:4 --account test:1 --yes',
      /allows test:1 0\.5 TEST, less than 1; take less/,
    )
  })

  it('proposes and votes', async () => {
    const changes = person.write('changes.json', '{"voting_period": 3}')
    const propose = 'governance propose parameters governance'
    const line = `${propose} ${changes} --title Longer --account test:5 --yes`
    const { content, deposit } = await ask(line)
    assert.equal(content.metadata.title, 'Longer')
    assert.equal(deposit.base_units, '100')
    const { proposals } = await ask('governance proposals')
    const { id } = proposals.at(-1)
    assert.match(await text('governance proposals'), /active .* Longer: change parameters of gov/)
    await importValidator()
    await ask(`governance vote ${id} yes --account validator --yes`)
    const shown = await ask(`governance show ${id}`)
    assert.deepEqual(shown.votes, [{ voter: validator, vote: 'yes' }])
    assert.match(
      await text(`governance show ${id}`),
      /Title: Longer[\s\S]*Parameter: voting_period/,
    )
    await refuse(
      `governance vote ${id} yes --account test:5 --yes`,
      /not eligible.*; vote with the account of a validator$/,
    )
    await refuse(
      'governance vote 99 yes --account test:5 --yes',
      /no such proposal.*; see wadi gov/,
    )
    await refuse(`governance vote ${id} maybe --account test:5 --yes`, /^"maybe" is no vote; give/)
    await refuse('governance show x', /^"x" is no number of a proposal/)
    await refuse(
      `governance propose parameters zoo ${changes} --account test:5 --yes`,
      /^"zoo" has no parameters; give one of governance, /,
    )
    const bad = person.write('bad.json', '{"voting_perio": 3}')
    await refuse(
      `governance propose parameters governance ${bad} --account test:5 --yes`,
      /is not changes of the parameters of governance, in JSON \(nobody knows voting_perio\); corr/,
    )
    await refuse(
      'governance propose cancel 77 --account test:5 --yes',
      /^the proposal has no title; give it one with --title$/,
    )
    await refuse(
      'governance propose cancel 77 --title Stop-it --account test:5 --yes',
      /; see wadi governance proposals for those that /,
    )
  })

  it('uses the account and the node that are settled', async () => {
    await importWords('alice')
    await ask('account create bob')
    await refuse('balance', /^nobody says whose account it is; name one with --account: test:0, /)
    const folder = join(person.home, '.config', 'wadi')
    mkdirSync(folder, { recursive: true })
    const settle = (lines: string) => writeFileSync(join(folder, 'config.yml'), lines)
    settle(`node: ${target}\naccount: alice\n`)
    person.environment['WADI_NODE'] = ''
    assert.deepEqual((await ask('balance')).address, TEST_0)
    assert.equal((await ask('network')).chosen_by, join(folder, 'config.yml'))
    settle(`node: ${target}\nchain_context: ${'ab'.repeat(32)}\n`)
    await refuse(
      'balance alice',
      /^the node is of the network .*, and .* wants abab.*; name a node/,
    )
  })

  it('believes only what is proved, where that is wanted', async () => {
    const { client } = network.nodes[0]!
    const { height, hash } = await client.consensus.getBlock(0n)
    await refuse(
      'balance test:0 --verify',
      /^--verify needs witnesses: <other nodes.*; write a line/,
    )
    const { chainContext } = network.files
    const folder = join(person.home, '.config', 'wadi')
    mkdirSync(folder, { recursive: true })
    const settle = (trust: string) => {
      const lines = `chain_context: ${chainContext}\nwitnesses: ${target}\ntrust: ${trust}\n`
      writeFileSync(join(folder, 'config.yml'), lines)
    }
    settle('seven')
    await refuse('balance test:0 --verify', /^trust is "seven"; give <height>:<hash of the block>$/)
    settle(`${height}:${toHex(hash)}`)
    const proved = await ask(`balance ${TEST_0} --verify`)
    assert.deepEqual(proved, await ask(`balance ${TEST_0}`))
    const sent = await ask('transfer 0.125 test:1 --account test:0 --yes --verify')
    for (const line of [
      `block ${sent.height}`,
      `transaction ${sent.hash} --height ${sent.height}`,
      `transaction ${sent.hash}`,
      'network',
    ])
      assert.deepEqual(await ask(`${line} --verify`), await ask(line), line)
    assert.ok((await ask('block --verify')).height >= sent.height)
    await refuse('block 99999999 --verify', /^no block 99999999 is proved; ask for one from 1 to /)
    assert.equal((await ask('validators --verify')).validators[0].address, validator)
    for (const line of ['status', 'round 8000', 'paratime balance 8000'])
      await refuse(
        `${line} --verify`,
        /^nobody proves what this command says; ask without --verify, and believe the node$/,
      )
    settle(`${height}:${'ab'.repeat(32)}`)
    await refuse(
      'balance test:0 --verify',
      /^it is not proved \(.*\); see that trust: in the settings is of the network/,
    )
  })

  it('finds the local network if it runs', async () => {
    person.environment['WADI_NODE'] = ''
    assert.match((await ask('network')).chosen_by, /^the local network in /)
    rmSync(join(network.files.folder, 'running.pid'))
    await refuse('status', /^no node is named, and no local network runs in .*; start one with npm/)
  })

  it('has the accounts of the local network nowhere else', async () => {
    person.environment['WADI_LOCALNET'] = person.home
    await refuse('balance test:0', /^test:0 is an account of the local network, and the node is of/)
    assert.equal((await ask('network')).is_local, false)
  })

  it('says what is wrong with an order, and what to do', async () => {
    const end = '--account test:0 --yes'
    const cases: readonly (readonly [string, RegExp])[] = [
      [`transfer x test:1 ${end}`, /^"x" is no amount of TEST; give a number such as 1\.5$/],
      [`transfer -5 test:1 ${end}`, /^an amount cannot be negative, and this one is -5; give a/],
      [`transfer 0 test:1 ${end}`, /^0 TEST is nothing; give more$/],
      [`transfer 1.0000000001 test:1 ${end}`, /has 10 decimals, and TEST has 9; give fewer$/],
      [`transfer 1 ${end}`, /^<amount> <to> is wanted, and "1" was given; see --help$/],
      [`transfer 1 test:11 ${end}`, /^there is no account "test:11"; did you mean test:1\?$/],
      [`transfer 1 zebedee ${end}`, /^there is no account "zebedee"; see wadi account list/],
      [`transfer 1 oasis1qqqq ${end}`, /^"oasis1qqqq" is no address \(.*\); copy it once more/],
      [`transfer 9999999 test:1 ${end}`, /^test:0 has \d.* TEST, and 9999999\.0 TEST is needed;/],
      [`transfer 1 test:1 ${end} --gas many`, /^--gas is "many"; give a whole number, such as/],
      [
        `transfer 1 test:1 ${end} --gas 1000 --gas-price 10000000`,
        /^the fee would be 10\.0 TEST, and at most 1\.0 TEST/,
      ],
      [
        `transfer 1 test:1 ${end} --nonce 9999`,
        /\(.*invalid nonce.*\), and --nonce is 9999; leave it out: the next one is \d+$/,
      ],
      ['transfer 1 test:1 --account alice --yes', /^there is no account "alice"; see wadi account/],
      [`balance ${TEST_0.slice(0, -1)}x`, /is no address/],
      ['block 99999999', /^the node has no block 99999999; ask for one from 1 to \d+$/],
      ['block -1', /^"-1" is no height; give a number from 1 on, such as 42$/],
      ['block -- -1', /^"-1" is no height; give a number from 1 on, such as 42$/],
      [`transaction ${'0'.repeat(64)} --blocks -1`, /^--blocks is -1; give a number from 1 on$/],
      ['transaction 12', /^"12" is no hash of a transaction; give all of its 64 digits$/],
      [
        `transaction ${'0'.repeat(64)} --blocks 20`,
        /^no block from \d+ to \d+ has the transaction .*; look further back with --blocks/,
      ],
      [
        `transaction ${'0'.repeat(64)} --blocks 999999`,
        /^no block from 1 to \d+ has the transaction .*; check the hash and the network: /,
      ],
      [
        `transaction ${'0'.repeat(64)} --height 2`,
        /^block 2 does not have the transaction .*; check the hash, or leave --height out/,
      ],
    ]
    for (const [line, sentence] of cases) await refuse(line, sentence)
    const { address: poor } = await ask('account create poor')
    await refuse(
      'transfer 1 test:1 --account poor --yes',
      /^poor has 0\.0 TEST, and 1\.0 TEST is needed; take less, or send it some first$/,
    )
    assert.equal((await ask(`balance ${poor}`)).total.tokens, '0.0')
  })
  it('says when no node answers', async () => {
    const away = join(person.home, 'away.sock')
    await refuse(
      `status --node unix:${away}`,
      /^no node answers at unix:.*away\.sock \(ENOENT\); start it, or name another one with --no/,
    )
    await refuse('status --node somewhere', /^--node names the node "somewhere"; give unix:<path/)
    const server = createServer((socket) => socket.end('no gRPC here\n'))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    assert.ok(typeof address === 'object' && address !== null)
    await refuse(`status --node 127.0.0.1:${address.port}`, /; (start it, or name|try again)/)
    server.close()
  })
})
