/** The accounts of a person: a file each, in the folder of the settings. */

import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { errors } from '../errors.ts'
import { NAME_SIZE_MAX } from '../limits.ts'
import { readSecret, systemCodeOf } from '../terminal/files.ts'
import { quoted } from '../words/quoted.ts'
import { type AccountFile, formatAccountFile, parseAccountFile } from './accountFile.ts'

const END = '.wallet'
const PRIVATE_FILE = 0o600
const PRIVATE_FOLDER = 0o700
/** Nothing that could be an address. */
const NAME = /^(?!oasis1)[a-z0-9][a-z0-9_-]*$/

/** Refuses what cannot be the name of an account. */
export function checkName(name: string): void {
  if (NAME.test(name) && name.length <= NAME_SIZE_MAX) return
  throw errors.badValue(
    `${quoted(name)} cannot be the name of an account; take small letters, digits, - and _, such as savings`,
  )
}

/** Where an account is kept. */
export function accountPath(folder: string, name: string): string {
  return join(folder, `${name}${END}`)
}

/** The names of all accounts, in the order of the alphabet. */
export function accountNames(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith(END))
    .map((file) => file.slice(0, -END.length))
    .filter((name) => NAME.test(name))
    .sort((a, b) => (a < b ? -1 : 1))
}

/** An account that is there. */
export function loadAccount(folder: string, name: string): AccountFile {
  const path = accountPath(folder, name)
  return parseAccountFile(readSecret(path, 'an account that there is').reveal(), path)
}

/** An account, or the sentence that says why it cannot be read. */
export function tryAccount(folder: string, name: string): AccountFile | string {
  try {
    return loadAccount(folder, name)
  } catch (error) {
    if (error instanceof CodedError) return error.context ?? error.message
    if (error instanceof UnavailableError) return error.message
    throw error
  }
}

/** Refuses a name that somebody has. */
export function requireFreeName(folder: string, name: string): void {
  checkName(name)
  if (existsSync(accountPath(folder, name))) throw taken(folder, name)
}

function taken(folder: string, name: string): CodedError {
  return errors.accountExists(
    `there is an account ${name} already, in ${accountPath(folder, name)}; take another name`,
  )
}

/** Writes a new account, whole or not at all; one that is there is never written over. */
export function saveAccount(folder: string, name: string, account: AccountFile): void {
  requireFreeName(folder, name)
  const path = accountPath(folder, name)
  const draft = `${path}.${process.pid}.new`
  try {
    mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER })
    writeDurably(draft, formatAccountFile(account))
    linkSync(draft, path)
  } catch (error) {
    const code = systemCodeOf(error)
    if (code === 'EEXIST') throw taken(folder, name)
    throw new UnavailableError(
      'wadi.unwritable',
      `${path} cannot be written (${code}); see that the folder is yours and has room`,
    )
  } finally {
    rmSync(draft, { force: true })
  }
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'wx', PRIVATE_FILE)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Forgets an account. */
export function removeAccount(folder: string, name: string): void {
  rmSync(accountPath(folder, name))
}
