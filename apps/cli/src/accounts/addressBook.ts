/**
 * Names of accounts on a network: those of the keystore, and `test:<n>` of the local network. Who
 * owns nodes of that is named as they are.
 */

import { CodedError } from '@wadi/base/errors'
import { nearestName } from '@wadi/base/nearestName'
import { createMemorySigner } from '@wadi/crypto/signature/memorySigner'
import type { NodeOwner } from '@wadi/localnet/network-files'
import { type Address, parseAddress, printAddress } from '@wadi/primitives/address'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { AccountSigner } from '@wadi/sdk/account-signer'
import { errors } from '../errors.ts'
import type { Network } from '../network/withNetwork.ts'
import { configFolder, type Settings } from '../settings.ts'
import { askPassword, type PasswordWorld } from '../terminal/password.ts'
import { type AccountFile, addressOf } from './accountFile.ts'
import { accountNames, loadAccount, tryAccount } from './keystore.ts'
import { openAccount } from './openAccount.ts'
import { signerOfProgram } from './signerProgram.ts'

/** An account that can sign once it is unlocked. */
export interface OwnAccount {
  readonly name: string
  readonly address: Address
  readonly publicKey: PublicKey
  /** Asks for the password where there is one. */
  unlock(): Promise<AccountSigner>
}

const TEST = 'test:'
const ADDRESS_START = 'oasis1'

interface LocalNames {
  readonly tests: readonly OwnAccount[]
  readonly owners: readonly NodeOwner[]
}

/** See the top of this file. */
export class AddressBook {
  readonly #settings: Settings
  readonly #world: PasswordWorld
  readonly #folder: string
  readonly #names = new Map<string, string>()
  readonly #tests: readonly OwnAccount[]
  readonly #owners: readonly NodeOwner[]

  private constructor(settings: Settings, world: PasswordWorld, { tests, owners }: LocalNames) {
    this.#settings = settings
    this.#world = world
    this.#folder = configFolder(world.environment)
    this.#tests = tests
    this.#owners = owners
    for (const { name, address } of owners) this.#names.set(printAddress(address), name)
    for (const { name, address } of tests) this.#names.set(printAddress(address), name)
    for (const name of accountNames(this.#folder)) {
      const account = tryAccount(this.#folder, name)
      if (typeof account === 'string') continue
      this.#names.set(printAddress(addressOf(account)), name)
    }
  }

  /** The names that mean something on a network. */
  static async open(
    network: Pick<Network, 'isLocal' | 'owners' | 'settings'>,
    world: PasswordWorld,
  ): Promise<AddressBook> {
    const tests = (await network.isLocal()) ? await testAccounts() : []
    return new AddressBook(network.settings, world, { tests, owners: await network.owners() })
  }

  /** Everybody who can be named. */
  get names(): readonly string[] {
    return [...this.#tests.map(({ name }) => name), ...accountNames(this.#folder)]
  }

  /** An address, with its name if it has one. */
  print(address: Address): string {
    const text = printAddress(address)
    const name = this.#names.get(text)
    return name === undefined ? text : `${name} (${text})`
  }

  /** The name of an address, if it has one. */
  nameOf(address: Address): string | undefined {
    return this.#names.get(printAddress(address))
  }

  /** The address that a name or a text is. */
  addressOf(text: string): Address {
    if (!text.startsWith(ADDRESS_START)) return this.#addressOfName(text)
    try {
      return parseAddress(text)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      throw errors.badValue(
        `${JSON.stringify(text)} is no address (${error.message}); copy it once more, whole`,
      )
    }
  }

  /** What somebody has named goes before names of nodes. */
  #addressOfName(name: string): Address {
    const own = this.names
    const owner = own.includes(name) ? undefined : this.#owners.find((each) => each.name === name)
    if (owner !== undefined) return owner.address
    return this.account(name, [...own, ...this.#owners.map((each) => each.name)]).address
  }

  /** The account that signs: the one that is named, or settled, or the only one. */
  own(flag: string): OwnAccount {
    const settled = this.#world.environment['WADI_ACCOUNT'] || this.#settings.account
    const names = accountNames(this.#folder)
    const name = flag || settled || (names.length === 1 ? names[0] : undefined)
    if (name !== undefined) return this.account(name)
    const some = this.names
    throw errors.missingValue(
      some.length === 0
        ? 'there is no account; make one with wadi account create <name>'
        : `nobody says whose account it is; name one with --account: ${some.join(', ')}`,
    )
  }

  /** An account by its name, which may be meant as one of `names`. */
  account(name: string, names: readonly string[] = this.names): OwnAccount {
    const test = this.#tests.find((each) => each.name === name)
    if (test !== undefined) return test
    if (name.startsWith(TEST) && this.#tests.length === 0)
      throw errors.unknownAccount(
        `${name} is an account of the local network, and the node is of another one; start it with npm start, or name its folder with WADI_LOCALNET`,
      )
    if (!accountNames(this.#folder).includes(name)) throw unknown(name, names)
    return this.#ownAccount(name, loadAccount(this.#folder, name))
  }

  #ownAccount(name: string, account: AccountFile): OwnAccount {
    const { publicKey } = account
    const unlock = () => unlockAccount(this.#world, name, account)
    return { name, address: addressOf(account), publicKey, unlock }
  }
}

function unknown(name: string, names: readonly string[]): CodedError {
  const nearest = nearestName(name, names)
  const remedy =
    nearest === undefined ? 'see wadi account list, or give an address' : `did you mean ${nearest}?`
  return errors.unknownAccount(`there is no account ${JSON.stringify(name)}; ${remedy}`)
}

/** The signer of an account; asks for its password. */
async function unlockAccount(
  world: PasswordWorld,
  name: string,
  { publicKey, place }: AccountFile,
): Promise<AccountSigner> {
  if (place.kind === 'program') return signerOfProgram(place.path, publicKey)
  const { seed } = openAccount(name, { publicKey, place }, await askPassword(world, name))
  return createMemorySigner('entity', seed)
}

async function testAccounts(): Promise<readonly OwnAccount[]> {
  const { ACCOUNTS, localAccount } = await import('@wadi/localnet/accounts')
  return Array.from({ length: ACCOUNTS }, (_, i) => {
    const { signer, address } = localAccount(i)
    const publicKey = PublicKey.check(signer.publicKey)
    return { name: `${TEST}${i}`, address, publicKey, unlock: () => Promise.resolve(signer) }
  })
}
