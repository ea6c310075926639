/** Passwords of accounts: from a file that is named, or from whoever sits there. */

import type { Secret } from '@wadi/base/secret'
import type { CommandWorld } from '@wadi/node-config/command'
import { errors } from '../errors.ts'
import { readSecretLine } from './files.ts'
import type { Terminal } from './terminal.ts'

/** Who can be asked, and where the file is named. */
export interface PasswordWorld extends Pick<CommandWorld, 'environment'> {
  readonly terminal: Terminal
}

const NAME = 'WADI_PASSWORD_FILE'

function fromFile({ environment }: PasswordWorld): Secret<string> | undefined {
  const path = environment[NAME]
  return path === undefined || path === ''
    ? undefined
    : readSecretLine(path, `a file with the password, with ${NAME}`)
}

function requireTerminal({ terminal }: PasswordWorld, account: string): void {
  if (terminal.isPresent) return
  throw errors.noPassword(
    `the password of ${account} is needed, and nobody is at a terminal; name a file with it, with ${NAME}`,
  )
}

/** The password of an account that there is. */
export async function askPassword(world: PasswordWorld, account: string): Promise<Secret<string>> {
  const given = fromFile(world)
  if (given !== undefined) return given
  requireTerminal(world, account)
  return world.terminal.askSecret(`Password of ${account}: `)
}

/** The password of a new account, twice. */
export async function choosePassword(
  world: PasswordWorld,
  account: string,
): Promise<Secret<string>> {
  const chosen = fromFile(world) ?? (await chooseAtTerminal(world, account))
  if (chosen.reveal() === '')
    throw errors.noPassword(`the password of ${account} is empty; choose one`)
  return chosen
}

async function chooseAtTerminal(world: PasswordWorld, account: string): Promise<Secret<string>> {
  requireTerminal(world, account)
  const first = await world.terminal.askSecret(`New password of ${account}: `)
  const second = await world.terminal.askSecret('The same again: ')
  if (first.reveal() !== second.reveal())
    throw errors.noPassword('the two passwords differ; try again')
  return first
}
