/** Putting a new account under a password and into the keystore. */

import type { Secret } from '@wadi/base/secret'
import type { WadiWorld } from '../command/wadiCommand.ts'
import { configFolder } from '../settings.ts'
import { choosePassword } from '../terminal/password.ts'
import type { AccountFile } from './accountFile.ts'
import { publicKeyOf, seedOf } from './accountKey.ts'
import { saveAccount } from './keystore.ts'
import { seal, type WalletSecret } from './wallet.ts'

/** What is kept, and which of its keys is meant. */
export interface NewAccount {
  readonly secret: WalletSecret
  readonly number: number
  /** If it is known already. */
  readonly password?: Secret<string>
}

/** The account that is in the keystore now. */
export async function keepAccount(
  world: WadiWorld,
  name: string,
  { secret, number, password }: NewAccount,
): Promise<AccountFile> {
  const publicKey = publicKeyOf(seedOf(secret, number))
  const chosen = password ?? (await choosePassword(world, name))
  const envelope = seal(secret, chosen, world.random)
  const account: AccountFile = { publicKey, place: { kind: 'wallet', envelope, number } }
  saveAccount(configFolder(world.environment), name, account)
  return account
}
