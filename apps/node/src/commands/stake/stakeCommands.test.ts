import assert from 'node:assert/strict'
import { chmodSync, readFileSync, rmSync, statSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parseBase64 } from '@wadi/base/bytes'
import { decode } from '@wadi/cbor/codec'
import { parseJson } from '@wadi/cbor/json'
import { Transfer } from '@wadi/consensus/staking/methods'
import { printAddress, stakingAddress } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'
import { SignedTransaction, Transaction } from '@wadi/primitives/transaction'
import { runWords } from '../testing/runWords.ts'
import { ServedChain } from '../testing/servedChain.ts'
import { alice, bob, writeLedger } from '../testing/testLedger.ts'
import { TestNetwork } from '../testing/testNetwork.ts'
import { stakeCommands } from './stakeCommands.ts'

const PRIVATE = 0o600
const stake = (...words: readonly string[]) => runWords(stakeCommands, ...words)

async function served(): Promise<ServedChain> {
  const chain = await ServedChain.serve()
  chain.chain.add({ writeState: writeLedger })
  return chain
}

describe('stake', () => {
  it('tells what there is of the token, and the minimums that the network has', async () => {
    await using chain = await served()
    const { code, out } = await stake('info', '-a', chain.address)
    assert.equal(code, 0)
    assert.equal(
      out,
      [
        "Token's ticker symbol: TEST",
        "Token's value base-10 exponent: 6",
        'Total supply: 10.0 TEST',
        'Common pool: 0.000077 TEST',
        'Last block fees: 0.0 TEST',
        'Governance deposits: 1.0 TEST',
        'Staking threshold (entity): 1.5 TEST',
        'Staking threshold (node-validator): 0.000003 TEST',
        '',
      ].join('\n'),
    )
  })

  it('lists accounts, with all that is in them if that is wanted', async () => {
    await using chain = await served()
    const addresses = [alice, bob].map(printAddress).toSorted((a, b) => (a < b ? -1 : 1))
    const { out } = await stake('list', `--address=${chain.address}`)
    const listed = out.trim().split('\n')
    assert.deepEqual(
      listed.toSorted((a, b) => (a < b ? -1 : 1)),
      addresses,
    )
    const { out: full } = await stake('list', '-v', '-a', chain.address)
    assert.match(full, new RegExp(`"${printAddress(alice)}": \\{`))
    assert.match(full, /"balance": "1234567"/)
  })

  it('makes an address of a key, without a node', async () => {
    const key = '6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRGSiw='
    const { out } = await stake('pubkey2address', '--public_key', key)
    assert.equal(out, `${printAddress(stakingAddress(PublicKey.check(parseBase64(key))))}\n`)
    const { code, err } = await stake('pubkey2address', '--public_key', 'AQ==')
    assert.equal(code, 2)
    assert.match(
      err,
      /^Error: --public_key is "AQ==", no public key .*; give 32 bytes in base64\n$/,
    )
    assert.equal((await stake('pubkey2address')).code, 2)
  })
})

describe('stake account', () => {
  it('shows an account with everything that belongs to it', async () => {
    await using chain = await served()
    const account = ['--stake.account.address', printAddress(alice), '-a', chain.address]
    const { code, out } = await stake('account', 'info', ...account)
    assert.equal(code, 0)
    // Compared with what the reference prints of the same answers.
    assert.match(out, /^Account State for Height: 1\nBalance:\n {2}Total: 2\.734587 TEST\n/)
    assert.match(out, / {4}Delegations:\n {6}- To: {5}oasis1\w+ \(self\)\n {8}Amount: 1\.5 TEST/)
    assert.match(out, / {8}Amount: {3}0\.00002 TEST \(10 shares\)\n {8}End Time: epoch 9\n/)
    assert.match(out, /Allowances for this Account:\n {2}Total: 2\.000005 TEST\n {2}Allowances:\n/)
    assert.match(out, /Commission Schedule:\n {2}Rates:\n {4}\(1\) start: epoch 5\n/)
    assert.match(out, / {4}- Name: registry\.RegisterEntity\n {6}Staking Thresholds:\n/)
    assert.match(out, /\nNonce: 42\n$/)
    assert.equal((await stake('account', 'nonce', ...account)).out, '42\n')
    const empty = ['--stake.account.address', printAddress(bob), '-a', chain.address]
    const { out: little } = await stake('account', 'info', ...empty, '--height', '1')
    assert.match(little, /\nNonce: 0\n$/)
    assert.doesNotMatch(little, /Allowances|Commission|Accumulator|to this Account/)
  })

  it('says by its exit code whether a text is an address', async () => {
    const check = (text: string, ...more: string[]) =>
      stake('account', 'validate_address', '--stake.account.address', text, ...more)
    assert.deepEqual(await check(printAddress(alice)), { code: 0, out: '', err: '' })
    assert.equal((await check('oasis1q')).code, 1)
    assert.match((await check('x', '-v')).out, /^account address 'x' is not valid: /)
  })

  it('asks for a node, an address and a height that are there', async () => {
    await using chain = await served()
    const address = ['--stake.account.address', printAddress(alice)]
    const away = await stake('account', 'nonce', '-a', 'unix:/nowhere/internal.sock', ...address)
    assert.equal(away.code, 3)
    assert.equal(
      away.err,
      'Error: no node answers at unix:/nowhere/internal.sock (ENOENT); start it, name its socket with --address, or wait for it with --wait\n',
    )
    const none = await stake('account', 'nonce', '-a', chain.address)
    assert.equal(none.code, 2)
    assert.match(none.err, /^Error: --stake\.account\.address is missing; give an address/)
    const far = await stake('account', 'info', '-a', chain.address, ...address, '--height', '99')
    assert.equal(far.code, 4)
    assert.match(far.err, /^Error: the node refuses Staking\/Account: /)
  })
})

const TARGET = 'oasis1qrydpazemvuwtnp3efm7vmfvg3tde044qg6cxwzx'

describe('stake account gen_…', () => {
  const transfer = (network: TestNetwork, ...more: readonly string[]) =>
    stake(
      ...['account', 'gen_transfer', ...network.flags(), '--stake.transfer.destination', TARGET],
      ...more,
    )

  it('writes what is signed in JSON, for its owner alone, and says what that is', async () => {
    using network = new TestNetwork()
    const { code, out } = await transfer(network, '--stake.amount', '5', '--transaction.nonce=7')
    assert.equal(code, 0)
    assert.equal(
      out,
      [
        'You are about to sign the following transaction:',
        '  Method: staking.Transfer',
        '  Body:',
        `    To:     ${TARGET}`,
        '    Amount: 0.000005 TEST',
        '  Nonce:  7',
        '  Fee:',
        '    Amount: 0.0 TEST',
        '    Gas limit: 0',
        '    (gas price: 0.0 TEST per gas unit)',
        'Other info:',
        `  Genesis document's hash: ${network.chainContext}`,
        '',
      ].join('\n'),
    )
    const text = readFileSync(network.at('tx'), 'utf8')
    assert.match(text, /^\{\n {2}"untrusted_raw_value": "/)
    const { signature } = parseJson(SignedTransaction, text)
    assert.deepEqual(signature.publicKey, PublicKey.check(parseBase64(network.entityKey)))
    assert.equal(statSync(network.at('tx')).mode & 0o777, PRIVATE)
  })

  it('writes what is not signed in CBOR, and needs no key for that', async () => {
    using network = new TestNetwork()
    rmSync(network.at('entity.pem'))
    const fee = ['--transaction.fee.amount=20', '--transaction.fee.gas', '1000']
    const { code, out } = await transfer(network, '--transaction.unsigned', ...fee)
    assert.deepEqual({ code, out }, { code: 0, out: '' })
    const transaction = decode(Transaction, readFileSync(network.at('tx')))
    assert.deepEqual(transaction.fee, { amount: 20n, gas: 1000n })
    assert.equal(decode(Transfer, transaction.body).amount, 0n)
  })

  it('makes each kind of transaction of the ledger', async () => {
    using network = new TestNetwork()
    const kinds = [
      ['gen_burn', 'staking.Burn', '--stake.amount=3'],
      ['gen_escrow', 'staking.AddEscrow', `--stake.escrow.account=${TARGET}`],
      ['gen_reclaim_escrow', 'staking.ReclaimEscrow', `--stake.escrow.account=${TARGET}`],
      ['gen_allow', 'staking.Allow', `--stake.allow.beneficiary=${TARGET}`],
      ['gen_withdraw', 'staking.Withdraw', `--stake.withdraw.source=${TARGET}`],
      [
        'gen_amend_commission_schedule',
        'staking.AmendCommissionSchedule',
        '--stake.commission_schedule.rates=1/50000,3/100000',
      ],
    ] as const
    for (const [name, method, flag] of kinds) {
      const { code, err } = await stake('account', name, ...network.flags(name), '-y', flag)
      assert.equal(code, 0, err)
      const signed = parseJson(SignedTransaction, readFileSync(network.at(name), 'utf8'))
      assert.equal(decode(Transaction, signed.untrustedRawValue).method, method)
    }
  })

  it('signs with the key that all tests share only where tests are allowed', async () => {
    using network = new TestNetwork()
    const flags = network
      .flags()
      .filter((word) => word !== network.folder && word !== '--signer.dir')
    const shared = await stake('account', 'gen_burn', ...flags, '--debug.test_entity')
    assert.equal(shared.code, 0, shared.err)
    const { signature } = parseJson(SignedTransaction, readFileSync(network.at('tx'), 'utf8'))
    const testKey = 'TqUyj5Q+9vZtqu10yw6Zw7HEX3Ywe0JQA9vHyzY47TU='
    assert.deepEqual(signature.publicKey, PublicKey.check(parseBase64(testKey)))
  })

  it('writes nothing when it is told nonsense, and says in a sentence what to do', async () => {
    using network = new TestNetwork()
    const other = network.write(
      'other.json',
      '{"v":2,"id":"6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRGSiw="}',
    )
    const bad: readonly (readonly [RegExp, ...string[]])[] = [
      [/--stake\.amount is "x"; give a whole number/, '--stake.amount', 'x'],
      [/--stake\.amount is "-5"/, '--stake.amount=-5'],
      [/--transaction\.nonce is -1; give a number from 0/, '--transaction.nonce=-1'],
      [/--transaction\.fee\.gas is "1e3"; give a number/, '--transaction.fee.gas', '1e3'],
      [/--signer\.backend plugin is not supported/, '-s', 'plugin'],
      [/--signer\.backend is "wood", which nobody knows/, '-s', 'wood'],
      [/--transaction\.file is missing/, '--transaction.file='],
      [/tx cannot be written \(ENOENT\)/, `--transaction.file=${network.folder}/none/tx`],
      [/none\.json does not exist; name the genesis document/, '-g', network.at('none.json')],
      [/other\.json is not the genesis document|no genesis document/, '-g', other],
      [/\/nowhere does not exist; make it, or name the folder/, '--signer.dir', '/nowhere'],
      [
        /--stake\.transfer\.destination is "oasis1", no address/,
        '--stake.transfer.destination=oasis1',
      ],
    ]
    for (const [sentence, ...words] of bad) {
      const { code, out, err } = await transfer(network, ...words)
      assert.match(err, sentence)
      assert.match(err, /^Error: [^\n]+\n$/)
      assert.notEqual(code, 0)
      assert.equal(out.includes('null') || out.includes('undefined'), false)
      assert.throws(() => statSync(network.at('tx')), { code: 'ENOENT' })
    }
    const strict = network.flags().filter((word) => word !== '--debug.dont_blame_oasis')
    const words = ['account', 'gen_burn', ...strict]
    assert.match((await stake(...words)).err, /or allow what is for tests with --debug\.dont_blame/)
    network.write('entity.json', readFileSync(other))
    const mixed = await transfer(network)
    assert.match(
      mixed.err,
      /entity\.json is of 6kps.*, and entity\.pem beside it of \S+; put the two/,
    )
    const steps = await stake(
      ...['account', 'gen_amend_commission_schedule', ...network.flags()],
      '--stake.commission_schedule.bounds=1/2',
    )
    assert.match(steps.err, /give each step as start_epoch\/rate_min_numerator\/rate_max_numerator/)
  })

  it('takes no key that others can use, and shows nothing of one that is damaged', async () => {
    using network = new TestNetwork()
    const key = network.at('entity.pem')
    chmodSync(key, 0o644)
    const loose = await transfer(network)
    assert.equal(loose.code, 1)
    assert.match(
      loose.err,
      /has mode 0644: others than its owner can use the key\. Make it private/,
    )
    chmodSync(key, 0o600)
    const text = readFileSync(key, 'utf8')
    const secret = text.split('\n')[1]!
    for (const damaged of [text.replace('=', '!'), text.slice(0, 80), `${text}x`]) {
      network.write('entity.pem', damaged)
      const { code, out, err } = await transfer(network)
      assert.notEqual(code, 0)
      assert.match(err, /^Error: [^\n]*entity\.pem[^\n]*\n$/)
      for (let at = 0; at + 8 <= secret.length; at++)
        assert.ok(!`${out}${err}`.includes(secret.slice(at, at + 8)))
    }
  })
})
