/** Files that people name, and those of their accounts. */

import { closeSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs'
import { UnavailableError } from '@wadi/base/errors'
import { Secret } from '@wadi/base/secret'
import { readPrivateFile } from '@wadi/node-crypto/keys/privateFile'
import { errors } from '../errors.ts'
import { FILE_BYTES_MAX } from '../limits.ts'
import { isRepeated } from '../words/quoted.ts'

/** The system's name of what went wrong. */
export function systemCodeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  if (typeof code !== 'string') throw error
  return code
}

/** The text of a small file; `what` it should be is said if it cannot be read. */
export function readText(path: string, what: string, shown: string = path): string {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    const code = systemCodeOf(error)
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`
    throw new UnavailableError('wadi.unreadable', `${shown} ${why}; name ${what}`)
  }
  try {
    if (fstatSync(file).size > FILE_BYTES_MAX)
      throw errors.badFile(`${shown} has more than ${FILE_BYTES_MAX} bytes; name ${what}`)
    return readFileSync(file, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EISDIR') throw error
    throw errors.badFile(`${shown} is a folder; name ${what}`)
  } finally {
    closeSync(file)
  }
}

/** Somebody may have given the secret itself in the place of a file with it. */
function shownPath(path: string): string {
  return /^(\/|\.{1,2}\/|~)/.test(path) || isRepeated(path) ? path : 'what was given'
}

/** As {@link readText}, of a secret: a file that others than its owner can use is refused. */
export function readSecret(path: string, what: string): Secret<string> {
  // A pipe, as a shell makes it of a command, is nobody else's.
  const isPipe = !statSync(path, { throwIfNoEntry: false })?.isFile()
  const bytes = isPipe ? undefined : readPrivateFile(path)
  if (bytes === undefined) return new Secret(readText(path, what, shownPath(path)))
  // As keys of nodes are read, which have no letters of other languages.
  return new Secret(Buffer.from(bytes, 'latin1').toString('utf8'))
}

/** The first line of a file that holds nothing else. */
export function readSecretLine(path: string, what: string): Secret<string> {
  return new Secret(
    readSecret(path, what)
      .reveal()
      .replace(/\r?\n$/, ''),
  )
}
