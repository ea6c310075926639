import type { Secret } from '@wadi/base/secret'
import { ACCOUNT_INDEX_MAX } from '@wadi/client-keys/accountKey'
import type { Flags, FlagsOf } from '@wadi/node-config/command'
import { printAddress } from '@wadi/primitives/address'
import { type AccountFile, addressOf } from '../../accounts/accountFile.ts'
import { parsePrivateKey, rawSecret } from '../../accounts/accountKey.ts'
import { accountJson } from '../../accounts/accountView.ts'
import { keepAccount, type NewAccount } from '../../accounts/keepAccount.ts'
import { accountPath, requireFreeName, saveAccount } from '../../accounts/keystore.ts'
import { keptMistake, parseMnemonic } from '../../accounts/mnemonic.ts'
import { publicKeyOfProgram } from '../../accounts/signerProgram.ts'
import { envelopeOf, open } from '../../accounts/wallet.ts'
import { answer } from '../../command/answer.ts'
import { operandsOf } from '../../command/operands.ts'
import { type WadiWorld, wadiCommand } from '../../command/wadiCommand.ts'
import { errors } from '../../errors.ts'
import { configFolder } from '../../settings.ts'
import { readSecret, readSecretLine } from '../../terminal/files.ts'
import { askPassword } from '../../terminal/password.ts'
import { parseObject } from '../../words/jsonObject.ts'
import { factLines } from '../../words/lines.ts'

const importFlags = {
  'mnemonic-file': {
    kind: 'text',
    doc: 'a file with the words; they are asked for unless given',
    fallback: '',
    word: 'path',
  },
  'key-file': {
    kind: 'text',
    doc: 'a file with a private key: 64 bytes, or their first 32, in base64',
    fallback: '',
    word: 'path',
  },
  wallet: {
    kind: 'text',
    doc: 'a wallet file of the oasis command line',
    fallback: '',
    word: 'path',
  },
  program: {
    kind: 'text',
    doc: 'a program that signs, such as that of a device',
    fallback: '',
    word: 'path',
  },
  number: {
    kind: 'integer',
    doc: 'which account of the words it is: 0, unless given, is the first',
    fallback: 0n,
    word: 'number',
  },
} as const satisfies Flags

type ImportFlags = FlagsOf<typeof importFlags>

const SOURCES = ['mnemonic-file', 'key-file', 'wallet', 'program'] as const

function checkSources(flags: ImportFlags): void {
  const given = SOURCES.filter((name) => flags[name] !== '')
  if (given.length <= 1) return
  const names = given.map((name) => `--${name}`).join(' and ')
  throw errors.badValue(`${names} are given; give one of them`)
}

function numberOf({ number }: ImportFlags): number {
  if (number >= 0n && number <= BigInt(ACCOUNT_INDEX_MAX)) return Number(number)
  throw errors.badValue(`--number is ${number}; give a number from 0 to ${ACCOUNT_INDEX_MAX}`)
}

/** A wallet file as it is, with the password that it has. */
async function fromWallet(path: string, world: WadiWorld, number: number): Promise<NewAccount> {
  const envelope = envelopeOf(parseObject(readSecret(path, 'a wallet file').reveal()) ?? {})
  if (envelope === undefined)
    throw errors.badFile(`${path} is no wallet file of the oasis command line; name another`)
  const password = await askPassword(world, path)
  const secret = open(envelope, password, path)
  const mistake = secret.algorithm === 'ed25519-adr8' ? keptMistake(secret.data) : undefined
  if (mistake === undefined) return { secret, number, password }
  throw errors.badValue(`the wallet file ${path} cannot be used: ${mistake}`)
}

async function askMnemonic({ terminal }: WadiWorld): Promise<Secret<string>> {
  if (terminal.isPresent) return terminal.askSecret('Mnemonic: ')
  throw errors.missingValue(
    'nobody is at a terminal to give the words; name a file with them, with --mnemonic-file',
  )
}

async function newAccountOf(flags: ImportFlags, world: WadiWorld): Promise<NewAccount> {
  const number = numberOf(flags)
  if (flags.wallet !== '') return fromWallet(flags.wallet, world, number)
  const keyPath = flags['key-file']
  if (keyPath !== '') {
    const text = readSecretLine(keyPath, 'a file with a private key in base64')
    return { secret: rawSecret(parsePrivateKey(text)), number: 0 }
  }
  const path = flags['mnemonic-file']
  const text = path === '' ? await askMnemonic(world) : readSecret(path, 'a file with the words')
  return { secret: { algorithm: 'ed25519-adr8', data: parseMnemonic(text) }, number }
}

async function importAs(name: string, flags: ImportFlags, world: WadiWorld): Promise<AccountFile> {
  const path = flags.program
  if (path === '') return keepAccount(world, name, await newAccountOf(flags, world))
  const asking = publicKeyOfProgram(path)
  const publicKey = await world.progress.during(`Waiting for ${path}`, asking)
  const account: AccountFile = { publicKey, place: { kind: 'program', path } }
  saveAccount(configFolder(world.environment), name, account)
  return account
}

/** `wadi account import`. */
export const importAccount = wadiCommand({
  asks: 'nobody',
  name: 'import',
  summary: 'take in an account that there is already',
  details: [
    'Its 12 to 24 words (a mnemonic) are asked for, or read from --mnemonic-file; the account is the one',
    'that other wallets make of them (ADR 8). Or it has a private key (--key-file), a wallet of the',
    'oasis command line (--wallet), or a program that signs for it, as that of a hardware device does',
    '(--program). <name> is yours to choose.',
  ],
  examples: [
    'wadi account import alice',
    'wadi account import alice --mnemonic-file words.txt --number 1',
    'wadi account import alice --wallet ~/.config/oasis/alice.wallet',
  ],
  operands: '<name>',
  options: importFlags,
  async run({ flags, operands }, world) {
    const [name] = operandsOf(operands, 'name')
    const folder = configFolder(world.environment)
    requireFreeName(folder, name)
    checkSources(flags)
    const account = await importAs(name, flags, world)
    const path = accountPath(folder, name)
    const lines = factLines([
      ['Account', name],
      ['Address', printAddress(addressOf(account))],
      ['Kept in', path],
      ['Next', 'see that it is the address you expect: --number says which account of the words'],
    ])
    return answer(flags, world, { json: { ...accountJson(name, account), path }, lines })
  },
})
