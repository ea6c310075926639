/** Files that commands read and write. */

import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { errors } from './commandErrors.ts'

/** Bytes of a file that a command reads: far above those of a genesis document. */
const FILE_SIZE_MAX = 1_073_741_824
const EXCERPT_SIZE = 300
/** What the commands write is their owner's. */
const PRIVATE_MODE = 0o600

function systemCode(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  if (typeof code !== 'string') throw error
  return code
}

/** The bytes of a file that an operator named. */
export function readNamedFile(path: string, what: string): Uint8Array {
  try {
    const { size } = statSync(path)
    if (size > FILE_SIZE_MAX)
      throw errors.badFile(`${path} has more than ${FILE_SIZE_MAX} bytes; name ${what}`)
    return readFileSync(path)
  } catch (error) {
    if (error instanceof CodedError) throw error
    const code = systemCode(error)
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`
    throw new UnavailableError('command.unreadable', `${path} ${why}; name ${what}`)
  }
}

/** The value in a file that an operator named. */
export function readNamedValue<T>(path: string, what: string, read: (bytes: Uint8Array) => T): T {
  const bytes = readNamedFile(path, what)
  try {
    return read(bytes)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const isOurs = error.reason.startsWith('command.')
    const why = (isOurs ? error.context! : error.message).slice(0, EXCERPT_SIZE)
    throw errors.badFile(`${path} is not ${what} (${why}); name another file`)
  }
}

/** The value of a file with text in it. */
export function readNamedText<T>(path: string, what: string, read: (text: string) => T): T {
  return readNamedValue(path, what, (bytes) => read(Buffer.from(bytes).toString('utf8')))
}

/** Writes a file that an operator named; one that is there is replaced. */
export function writeNamedFile(
  path: string,
  content: Uint8Array | string,
  mode: number = PRIVATE_MODE,
): void {
  try {
    writeFileSync(path, content, { mode })
  } catch (error) {
    const code = systemCode(error)
    throw new UnavailableError(
      'command.unwritable',
      `${path} cannot be written (${code}); name a file in a folder that is yours`,
    )
  }
}
