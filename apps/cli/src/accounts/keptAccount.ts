import { nearestName } from '@wadi/base/nearestName'
import { errors } from '../errors.ts'
import { quoted } from '../words/quoted.ts'
import type { AccountFile } from './accountFile.ts'
import { accountNames, loadAccount } from './keystore.ts'

/** Refuses a name that no account of the keystore has. */
export function requireKept(folder: string, name: string): void {
  const names = accountNames(folder)
  if (names.includes(name)) return
  const nearest = nearestName(name, names)
  const remedy = nearest === undefined ? 'see wadi account list' : `did you mean ${nearest}?`
  throw errors.unknownAccount(`no account ${quoted(name)} is kept here; ${remedy}`)
}

/** An account of the keystore, by its name. */
export function keptAccount(folder: string, name: string): AccountFile {
  requireKept(folder, name)
  return loadAccount(folder, name)
}
