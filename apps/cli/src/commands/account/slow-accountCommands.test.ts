import assert from 'node:assert/strict'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import { SeededRandom } from '@wadi/base/random'
import { Secret } from '@wadi/base/secret'
import { seal } from '../../accounts/wallet.ts'
import { nobody, type Terminal } from '../../terminal/terminal.ts'
import { Person } from '../../testing/runWadi.ts'

/** The first of the published vectors of ADR 8 (oasis-sdk, Apache-2.0). */
const WORDS = `${'abandon '.repeat(11)}about`
const ADDRESSES = [
  'oasis1qqx0wgxjwlw3jwatuwqj6582hdm9rjs4pcnvzz66',
  'oasis1qr4xfjmmfx7zuyvskjw9jl3nxcp6a48e8v5e27ty',
]
const PASSWORD = 'a good password'

/** Types these secrets, one after the other. */
function typing(...secrets: readonly string[]): Terminal {
  const left = [...secrets]
  return {
    ...nobody,
    isPresent: true,
    askSecret: () => Promise.resolve(new Secret(left.shift() ?? '')),
  }
}

describe('wadi account', () => {
  const people: Person[] = []
  let person: Person
  beforeEach(() => {
    person = new Person()
    people.push(person)
    person.environment['WADI_PASSWORD_FILE'] = person.write('password', `${PASSWORD}\n`)
  })
  after(() => {
    for (const each of people) each.remove()
  })

  const run = (line: string, terminal?: Terminal) => person.run(line.split(' '), terminal)
  const pathOf = (name: string) => join(person.home, '.config', 'wadi', `${name}.wallet`)
  const importWords = (name: string, more = '') =>
    run(`account import ${name} --mnemonic-file ${person.write('words', WORDS)}${more}`)

  it('makes an account that only its owner can read, and that opens with its password', async () => {
    const { code, out } = await run('account create alice --output json')
    assert.equal(code, 0)
    const { name, address, path } = JSON.parse(out)
    assert.equal(name, 'alice')
    assert.match(address, /^oasis1q/)
    assert.equal(path, pathOf('alice'))
    assert.equal(statSync(path).mode & 0o777, 0o600)
    assert.equal(statSync(join(person.home, '.config', 'wadi')).mode & 0o777, 0o700)
    const exported = await run('account export alice --yes')
    assert.equal(exported.out.trim().split(' ').length, 24)
    const words = person.write('words', exported.out)
    const again = await run(`account import again --mnemonic-file ${words} --output json`)
    assert.equal(JSON.parse(again.out).address, address)
  })

  it('refuses words that are no mnemonic, and says why', async () => {
    const words = person.write('words', WORDS.replace('about', 'abandon'))
    const { code, out, err } = await run(`account import alice --mnemonic-file ${words}`)
    assert.deepEqual([code, out], [2, ''])
    assert.match(err, /their checksum is wrong/)
    assert.match((await run('account list')).out, /There is no account/)
  })

  it('makes another key every time', async () => {
    const [a, b] = [await run('account create a --output json'), await run('account create b')]
    assert.ok(!b.out.includes(JSON.parse(a.out).address))
  })

  it('takes in the accounts of a mnemonic by ADR 8', async () => {
    assert.match((await importWords('first')).out, new RegExp(ADDRESSES[0]!))
    assert.match((await importWords('second', ' --number 1')).out, new RegExp(ADDRESSES[1]!))
    const { out } = await run('account export second --yes --output json')
    assert.deepEqual(JSON.parse(out), {
      name: 'second',
      algorithm: 'ed25519-adr8',
      number: 1,
      secret: WORDS,
    })
  })

  it('asks for words and passwords at a terminal', async () => {
    delete person.environment['WADI_PASSWORD_FILE']
    const good = await run('account import alice', typing(WORDS, 'one', 'one'))
    assert.match(good.out, new RegExp(ADDRESSES[0]!))
    const differing = await run('account import bob', typing(WORDS, 'one', 'two'))
    assert.equal(differing.err, 'Error: the two passwords differ; try again\n')
    const empty = await run('account create bob', typing('', ''))
    assert.equal(empty.err, 'Error: the password of bob is empty; choose one\n')
  })

  it('takes in wallets of the oasis command line, which can read ours', async () => {
    await importWords('alice', ' --number 1')
    const ours = JSON.parse(readFileSync(pathOf('alice'), 'utf8'))
    assert.deepEqual(Object.keys(ours), ['kdf', 'nonce', 'data', 'wadi'])
    const { wadi: _own, ...theirs } = ours
    const path = person.write('their.wallet', JSON.stringify(theirs))
    const { out } = await run(`account import copy --wallet ${path} --number 1`)
    assert.match(out, new RegExp(ADDRESSES[1]!))
  })

  it('refuses a wallet whose words are no mnemonic, as the oasis command line does', async () => {
    const imported = (words: string) => {
      const secret = { algorithm: 'ed25519-adr8', data: new Secret(words) } as const
      const envelope = seal(secret, new Secret(PASSWORD), new SeededRandom(1n))
      return run(`account import bob --wallet ${person.write('w', JSON.stringify(envelope))}`)
    }
    const cases: readonly (readonly [string, RegExp])[] = [
      [WORDS.replace('about', 'abandon'), /their checksum is wrong/],
      [WORDS.replace('about', 'abuot'), /word 12 of the mnemonic is not in the English list/],
      [WORDS.toUpperCase(), /word 1 of the mnemonic is not in the English list/],
      ['abandon about', /not 2; give all of them/],
    ]
    for (const [words, why] of cases) {
      const { code, err } = await imported(words)
      assert.notEqual(code, 0)
      assert.match(err, /^Error: the wallet file .*\/w cannot be used: /)
      assert.match(err, why)
      assert.equal(/abandon|abuot/i.test(err), false)
    }
    assert.match((await run('account list')).out, /There is no account/)
    // oasis-core 26.1 makes this address of the words with two blanks between them.
    const { out } = await imported(WORDS.replaceAll(' ', '  '))
    assert.match(out, /oasis1qr3kvdtncx6d0jrfcmkauhtkzhr0mty22cd5yad3/)
  })

  it('has a device sign through a program', async () => {
    const key = 'rVW7t8GSuOz+tq0Yu9doHAkj9HLVsMIS+94zAIAFrWE='
    const path = person.write('device', `#!/bin/sh\nread line\necho '{"public_key":"${key}"}'\n`)
    chmodSync(path, 0o700)
    const { out } = await run(`account import device --program ${path} --output json`)
    const { address, kind, public_key } = JSON.parse(out)
    assert.deepEqual([address, kind, public_key], [ADDRESSES[0], 'program', key])
    const exported = await run('account export device --yes')
    assert.match(exported.err, /does not leave it/)
    writeFileSync(path, '#!/bin/sh\nread line\necho \'{"error":"unplugged"}\'\n')
    const away = await run(`account import other --program ${path}`)
    assert.equal(
      away.err,
      `Error: ${path} does not sign: unplugged; see to the device or its program\n`,
    )
    const none = await run('account import other --program /nowhere')
    assert.match(none.err, /^Error: \/nowhere does not sign: .*ENOENT; see to the device/)
  })

  it('lists and shows accounts, and forgets them', async () => {
    assert.match((await run('account list')).out, /There is no account; make one with/)
    await importWords('bob')
    await run('account create alice')
    const { accounts } = JSON.parse((await run('account list --output json')).out)
    assert.deepEqual(
      accounts.map((each: { name: string }) => each.name),
      ['alice', 'bob'],
    )
    assert.match((await run('account show bob')).out, new RegExp(`Address +${ADDRESSES[0]}`))
    const unsure = await run('account remove bob')
    assert.match(unsure.err, /say --yes/)
    assert.equal((await run('account remove bob --yes')).code, 0)
    assert.equal((await run('account list')).out.includes('bob'), false)
  })

  it('shows no secret but where it is asked for', async () => {
    const said = [
      await importWords('alice'),
      await run('account list'),
      await run('account show alice'),
    ]
    said.push(await run('account list --output json'), await run('account export alice'))
    const text = said.map(({ out, err }) => out + err).join('')
    assert.equal(text.includes('abandon') || text.includes(PASSWORD), false)
    assert.equal(readFileSync(pathOf('alice'), 'utf8').includes('abandon'), false)
  })

  it('says what is wrong, and what to do', async () => {
    await importWords('alice')
    const path = pathOf('alice')
    const cases: readonly (readonly [string, RegExp])[] = [
      ['account create alice', /^there is an account alice already, in .*; take another name$/],
      ['account create Alice!', /^"Alice!" cannot be the name of an account; take small letters/],
      ['account create oasis1alice', /^"oasis1alice" cannot be the name of an account/],
      ['account create', /^<name> is wanted, and nothing was given; see --help$/],
      ['account show alic', /^no account "alic" is kept here; did you mean alice\?$/],
      ['account show zebedee', /^no account "zebedee" is kept here; see wadi account list$/],
      ['account import bob', /^nobody is at a terminal to give the words; name a file with them/],
      [
        'account import bob --mnemonic-file /nowhere',
        /^\/nowhere does not exist; name a file with/,
      ],
      [`account import bob --mnemonic-file ${person.home}`, /is a folder; name a file with/],
      ['account import bob --mnemonic-file a --wallet b', /are given; give one of them$/],
      ['account import bob --number 2147483648', /^--number is 2147483648; give a number from 0/],
      [`account import bob --wallet ${person.write('x', '{}')}`, /is no wallet file of the oasis/],
      ['account list --output xml', /^--output is "xml"; give text or json$/],
      ['account list more', /^nothing is wanted, and one word was given; see --help$/],
    ]
    for (const [line, sentence] of cases) {
      const { code, err } = await run(line)
      assert.notEqual(code, 0, line)
      assert.match(err.replace(/^Error: /, '').trimEnd(), sentence, line)
    }
    person.environment['WADI_PASSWORD_FILE'] = person.write('wrong', 'a bad password')
    const wrong = await run('account export alice --yes')
    assert.match(wrong.err, /^Error: alice does not open: the password is wrong, or its file is/)
    person.environment['WADI_PASSWORD_FILE'] = ''
    const nobodyThere = await run('account export alice --yes')
    assert.match(nobodyThere.err, /the password of alice is needed, .* with WADI_PASSWORD_FILE/)
    for (const damage of ['', '{', '[]', '{"wadi":7}', readFileSync(path, 'utf8').slice(0, -40)]) {
      writeFileSync(path, damage)
      const { code, err } = await run('account show alice')
      assert.deepEqual(
        [code, err.includes('is damaged, or of another program; put a copy')],
        [1, true],
      )
      assert.match((await run('account list')).err, /is damaged/)
    }
  })

  it('notices that the open part of a file is of another key', async () => {
    await importWords('alice')
    await run('account create bob')
    const [alice, bob] = ['alice', 'bob'].map((name) =>
      JSON.parse(readFileSync(pathOf(name), 'utf8')),
    )
    writeFileSync(pathOf('alice'), JSON.stringify({ ...alice, wadi: bob.wadi }))
    const { err } = await run('account export alice --yes')
    assert.match(err, /names another key than the one that is in it/)
  })
})
