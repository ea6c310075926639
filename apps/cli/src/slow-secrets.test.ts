/** Nothing that opens an account is in anything that `wadi` says, by searching for it. */

import assert from 'node:assert/strict'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { toUtf8 } from '@wadi/base/bytes'
import { Secret } from '@wadi/base/secret'
import { findSecrets, type KnownSecret } from '@wadi/node/testing/secret-search'
import { nobody, type Terminal } from './terminal/terminal.ts'
import { Person } from './testing/runWadi.ts'

/** Of the published vectors of BIP 39: words that no message has. */
const WORDS = 'letter advice cage absurd amount doctor acoustic avoid letter advice cage above'
const PASSWORD = 'correct horse battery staple'
const KEY = Uint8Array.from({ length: 32 }, (_, i) => (i * 37 + 11) & 0xff)
/** Of the words, each alone would be one too many. */
const TELLING = /\b(letter|advice|cage|absurd|acoustic)\b/

const secrets: readonly KnownSecret[] = [
  { name: 'the words', bytes: toUtf8(WORDS) },
  { name: 'the password', bytes: toUtf8(PASSWORD) },
  { name: 'the key', bytes: KEY },
]

const person = new Person()
after(() => person.remove())

const damages: readonly ((text: string) => string)[] = [
  (text) => text.slice(0, -3),
  (text) => text.slice(4),
  (text) => text.replace(/^(.{5})./, '$1!'),
  (text) => `${text} ${text}`,
  (text) => JSON.stringify({ secret: text }),
]
const damagesOfWords: readonly ((text: string) => string)[] = [
  ...damages,
  (text) => text.split(' ').toReversed().join(' '),
  (text) => text.split(' ').slice(1).join('  '),
  (text) => text.replace('absurd', 'absurdly'),
]

const damagesOfFiles: readonly ((text: string) => string)[] = [
  (text) => text.slice(0, -40),
  (text) => text.slice(4),
  (text) => text.replace('argon2', 'argon3'),
  (text) => text.replace(/"data": ?"./, '"data":"'),
  (text) => `${text}${text}`,
]

/** Types the same at whatever is asked. */
function typing(text: string): Terminal {
  return { ...nobody, isPresent: true, askSecret: () => Promise.resolve(new Secret(text)) }
}

/** What a command line leads to; nothing of the secrets may be in it. */
async function check(line: readonly string[], terminal?: Terminal): Promise<number> {
  const { code, out, err } = await person.run(line, terminal)
  const said = out + err
  assert.deepEqual(findSecrets(secrets, said), [], `${line.join(' ')}: ${said}`)
  assert.doesNotMatch(said, TELLING, `${line.join(' ')}: ${said}`)
  return code
}

const refused = async (line: readonly string[], terminal?: Terminal) =>
  assert.notEqual(await check(line, terminal), 0, line.join(' '))

describe('Bad input: nothing secret, of people', () => {
  it('in the errors about words, keys and passwords that are damaged', async () => {
    person.environment['WADI_PASSWORD_FILE'] = person.write('password', `${PASSWORD}\n`)
    const key = Buffer.from(KEY).toString('base64')
    for (const damage of damagesOfWords) {
      const words = person.write('words', damage(WORDS))
      await refused(['account', 'import', 'alice'], typing(damage(WORDS)))
      for (const source of ['mnemonic-file', 'key-file', 'wallet', 'program'])
        await refused(['account', 'import', 'alice', `--${source}`, words])
    }
    for (const damage of damages) {
      const keys = person.write('key', damage(key))
      for (const source of ['mnemonic-file', 'key-file', 'wallet', 'program'])
        await refused(['account', 'import', 'alice', `--${source}`, keys])
    }
  })

  it('in what is said where a secret was given in the place of something else', async () => {
    const words = WORDS.split(' ')
    for (const line of [
      ['account', 'import', 'alice', ...words],
      ['account', 'import', WORDS],
      ['account', 'import', 'alice', '--mnemonic-file', WORDS],
      ['account', 'import', 'alice', '--key-file', Buffer.from(KEY).toString('base64')],
      ['account', 'create', 'alice', PASSWORD],
      ['account', 'create', 'alice', '--password', PASSWORD],
      ['account', 'create', 'alice', `--password=${PASSWORD}`],
      ['account', 'show', WORDS],
      ['transfer', WORDS, '1', 'oasis1'],
      ['account', 'export', 'alice', `--mnemonic=${WORDS}`],
    ])
      await refused(line)
    person.environment['WADI_PASSWORD_FILE'] = PASSWORD
    await refused(['account', 'create', 'alice'])
  })

  it('in what is said of accounts that are kept, whole or damaged', async () => {
    const password = person.write('password', `${PASSWORD}\n`)
    person.environment['WADI_PASSWORD_FILE'] = password
    const words = person.write('words', WORDS)
    const key = person.write('key', Buffer.from(KEY).toString('base64'))
    assert.equal(await check(['account', 'import', 'alice', '--mnemonic-file', words]), 0)
    assert.equal(await check(['account', 'import', 'bob', '--key-file', key]), 0)
    for (const name of ['alice', 'bob']) {
      assert.equal(await check(['account', 'show', name, '--output', 'json']), 0)
      await refused(['account', 'export', name])
      await refused([
        'transfer',
        '1',
        'oasis1qqx0wgxjwlw3jwatuwqj6582hdm9rjs4pcnvzz66',
        '--account',
        name,
      ])
      const path = join(person.home, '.config', 'wadi', `${name}.wallet`)
      const kept = readFileSync(path, 'utf8')
      for (const damage of damagesOfFiles) {
        writeFileSync(path, damage(kept))
        await refused(['account', 'export', name, '--yes'])
        await check(['account', 'list'])
      }
      writeFileSync(path, kept)
      chmodSync(password, 0o644)
      await refused(['account', 'export', name, '--yes'])
      chmodSync(password, 0o600)
      for (const damage of damages.slice(0, 3)) {
        person.write('password', damage(PASSWORD))
        await refused(['account', 'export', name, '--yes'])
        await refused(['account', 'export', name, '--yes'], typing(damage(PASSWORD)))
      }
      person.write('password', `${PASSWORD}\n`)
    }
  })

  it('but where it is asked for', async () => {
    const { code, out } = await person.run(['account', 'export', 'alice', '--yes'])
    assert.deepEqual([code, out.trim()], [0, WORDS])
    assert.deepEqual(findSecrets(secrets, out), ['the words'])
    assert.match(out, TELLING)
  })
})
