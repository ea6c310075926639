/**
 * The file that says what a validator signed last. It has no checksum, but
 * a signature: the file is as it was written if the signature is over the message in it, and the
 * message is of the height, round and step beside it.
 */

import { equalBytes, parseUtf8, toHex, toUtf8 } from '@wadi/base/bytes'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { type FileSystem, readWhole, replaceFile } from '@wadi/node-storage/file-system'
import { decodeDelimited } from '@wadi/protobuf/codec'
import { field, message } from '@wadi/protobuf/message'
import { int32, sfixed64 } from '@wadi/protobuf/scalars'
import type { SignatureDialect } from '@wadi/tendermint/dialect'
import { type LastSign, nothingSigned, SignStep } from '@wadi/tendermint/lastSign'
import { PROPOSAL_TYPE } from '@wadi/tendermint/types/proposal'
import { type LastSignForm, oasisForm } from './lastSignForm.ts'
import { LAST_SIGN_FILE_BYTES_MAX } from './limits.ts'

/** Where the file is, and whose signatures are in it. */
export interface LastSignFileOptions {
  readonly files: FileSystem
  readonly folder: string
  readonly publicKey: LastSign['publicKey']
  readonly dialect: SignatureDialect
  /** How the file is written; as oasis-core does unless given. */
  readonly form?: LastSignForm
}

const Place = message({
  type: field(1, int32),
  height: field(2, sfixed64),
  round: field(3, sfixed64),
})
const STEP_OF_TYPE: Readonly<Record<number, number>> = {
  1: SignStep.prevote,
  2: SignStep.precommit,
  [PROPOSAL_TYPE]: SignStep.propose,
}

function refusal(path: string, what: string): UnavailableError {
  return new UnavailableError(
    'signing.damaged',
    `signing: ${path} ${what}; a validator that does not know what it signed last may sign ` +
      'twice and lose its stake: restore the file, or remove it when no other copy of the ' +
      'validator runs and the network is above every height that it can have signed',
  )
}

/** Reads the file; makes it if there is none. */
export function loadLastSign(options: LastSignFileOptions): LastSign {
  const { files, folder, publicKey, form = oasisForm } = options
  const path = `${folder}/${form.fileName}`
  if (!files.exists(path)) {
    const nothing = nothingSigned(publicKey)
    saveLastSign(options, nothing)
    return nothing
  }
  const bytes = readWhole(files, path)
  if (bytes.length > LAST_SIGN_FILE_BYTES_MAX) throw refusal(path, 'is too long')
  let last: LastSign
  try {
    last = form.parse(parseUtf8(bytes), publicKey)
    if (!isConsistent(options.dialect, last)) throw refusal(path, 'contradicts itself')
  } catch (error) {
    if (error instanceof CodedError) throw refusal(path, `cannot be read (${error.message})`)
    throw error
  }
  if (!equalBytes(last.publicKey, publicKey))
    throw refusal(path, `is of the key ${toHex(last.publicKey)}, not of ${toHex(publicKey)}`)
  return last
}

/** Returns when the file is durable; a crash leaves the old or the new one. */
export function saveLastSign(
  { files, folder, form = oasisForm }: LastSignFileOptions,
  last: LastSign,
): void {
  replaceFile(files, folder, form.fileName, [toUtf8(form.print(last))])
}

function isConsistent(dialect: SignatureDialect, last: LastSign): boolean {
  const { publicKey, signbytes, signature } = last
  const isNothing = signbytes.length === 0 && signature.length === 0
  if (isNothing) return last.height === 0n && last.round === 0 && last.step === SignStep.none
  if (!dialect.verify({ publicKey, message: signbytes, signature })) return false
  const { type, height, round } = decodeDelimited(Place, signbytes)
  return last.step === STEP_OF_TYPE[type] && last.height === height && BigInt(last.round) === round
}
