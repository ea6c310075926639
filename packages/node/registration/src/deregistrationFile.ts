/**
 * That the operator wants a node to leave, in a file of its data folder: a node that is restarted
 * before it has left must not register again. The operator can take it back while it is stopped.
 */

import { CodedError, UnavailableError } from '@wadi/base/errors'
import { decode, encode } from '@wadi/cbor/codec'
import { bool } from '@wadi/cbor/scalars'
import { type FileSystem, readWhole, replaceFile } from '@wadi/node-storage/file-system'

/** Holds true or false in CBOR; a file that is missing says false. */
export const DEREGISTRATION_FILE = 'deregistration.cbor'

/** Does the operator want the node of the folder to leave? */
export function isDeregistering(files: FileSystem, dataDir: string): boolean {
  const path = `${dataDir}/${DEREGISTRATION_FILE}`
  if (!files.exists(path)) return false
  try {
    return decode(bool, readWhole(files, path))
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const words = `${path} is damaged: remove it if the node is to stay in the network`
    throw new UnavailableError('registration.damaged', words)
  }
}

/** The operator wants it; durable when this returns. */
export function rememberDeregistration(files: FileSystem, dataDir: string): void {
  keep(files, dataDir, true)
}

/** The node has left, or is to stay. */
export function forgetDeregistration(files: FileSystem, dataDir: string): void {
  if (files.exists(`${dataDir}/${DEREGISTRATION_FILE}`)) keep(files, dataDir, false)
}

const keep = (files: FileSystem, dataDir: string, isWanted: boolean) =>
  replaceFile(files, dataDir, DEREGISTRATION_FILE, [encode(bool, isWanted)])
