import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, beforeEach, describe, it } from 'node:test'
import { SeededRandom } from '@wadi/base/random'
import type { AddressBook } from '../accounts/addressBook.ts'
import { paratimeAccount } from '../paratimes/paratimeAccount.ts'
import { Person } from '../testing/runWadi.ts'
import { readSecret, readSecretLine } from './files.ts'

const WORDS = `${'abandon '.repeat(11)}about`
const KEY = Buffer.alloc(32, 1).toString('base64')
/** Every mode in which others than the owner can do something. */
const LOOSE = [0o644, 0o640, 0o604, 0o620, 0o602, 0o610, 0o601]

describe('keys with loose permissions', () => {
  const people: Person[] = []
  let person: Person
  let password: string
  beforeEach(() => {
    person = new Person()
    people.push(person)
    password = person.write('password', 'a good password\n')
    person.environment['WADI_PASSWORD_FILE'] = password
  })
  after(() => {
    for (const each of people) each.remove()
  })
  const walletOf = (name: string) => join(person.home, '.config', 'wadi', `${name}.wallet`)
  const run = (line: string) => person.run(line.split(' '))

  /** Refused with the mode and the remedy, and nothing of what is in the file. */
  async function refuses(line: string, path: string, code = 1): Promise<void> {
    for (const mode of LOOSE) {
      chmodSync(path, mode)
      const { err, ...ran } = await run(line)
      assert.equal(ran.code, code, line)
      assert.match(err, new RegExp(`${path} has mode 0${mode.toString(8)}: .*chmod 600 ${path}\n$`))
      assert.doesNotMatch(err, new RegExp(`${KEY}|abandon|good`))
    }
    chmodSync(path, 0o600)
  }

  it('are refused where they are taken in: words, a key, a wallet', async () => {
    const words = person.write('words', WORDS)
    const byWords = `account import words --mnemonic-file ${words}`
    await refuses(byWords, words)
    assert.equal((await run(byWords)).code, 0)
    const key = person.write('key', KEY)
    await refuses(`account import key --key-file ${key}`, key)
    const wallet = walletOf('words')
    await refuses(`account import wallet --wallet ${wallet}`, wallet)
    assert.deepEqual(['key', 'wallet'].map(walletOf).filter(existsSync), [])
  })

  it('are refused where they are used: an account and its password', async () => {
    await run(`account import alice --mnemonic-file ${person.write('words', WORDS)}`)
    await refuses('account show alice', walletOf('alice'))
    // It tells of all others, too.
    await refuses('account list', walletOf('alice'), 0)
    await refuses('account export alice --yes', walletOf('alice'))
    await refuses('account export alice --yes', password)
  })

  it('are refused where they sign in a ParaTime', () => {
    const [key, other] = ['01', '02'].map((byte) => person.write(byte, byte.repeat(32))) as [
      string,
      string,
    ]
    const flags = { account: '', algorithm: 'ed25519', 'key-file': key, with: other }
    const opened = () => paratimeAccount({} as AddressBook, flags, new SeededRandom(1n))
    assert.equal(opened().addressSpec.kind, 'multisig')
    for (const path of [key, other]) {
      chmodSync(path, 0o644)
      assert.throws(opened, { reason: 'keyFile.permissions', message: new RegExp(`^${path} has`) })
      chmodSync(path, 0o600)
    }
  })

  it('are not those of a pipe, which a shell makes of a command', async () => {
    const pipe = join(person.home, 'pipe')
    execFileSync('sh', ['-c', 'mkfifo -m 644 "$1"', 'sh', pipe])
    const writer = spawn('sh', ['-c', 'printf "%s" "$1" > "$2"', 'sh', WORDS, pipe])
    assert.equal(readSecret(pipe, 'words').reveal(), WORDS)
    await once(writer, 'exit')
  })

  it('may have letters of any language in them', () => {
    const path = person.write('umlaut', 'pässword ☂\r\n')
    assert.equal(readSecretLine(path, 'a password').reveal(), 'pässword ☂')
  })
})
