import { EMPTY_BYTES, parseHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { make } from '@wadi/cbor/codec'
import { toIndentedJson } from '@wadi/cbor/json'
import { Status } from '@wadi/consensus/keymanager'
import { command, type FlagsOf } from '@wadi/node-config/command'
import { errors } from '../transaction/commandErrors.ts'
import { publicKeyOf, requireGiven, runtimeIdOf } from '../transaction/flagValues.ts'
import { writeNamedFile } from '../transaction/textFile.ts'
import { policyFileFlag, signatureFilesFlag } from './policyFlags.ts'
import { readSignedPolicy } from './signedPolicy.ts'

const DONE = 0
const CHECKSUM_BYTES = 32
const ID = 'keymanager.status.id'
const FILE = 'keymanager.status.file'
const INITIALIZED = 'keymanager.status.initialized'
const SECURE = 'keymanager.status.secure'
const CHECKSUM = 'keymanager.status.checksum'
const RSK = 'keymanager.status.rsk'

const options = {
  ...policyFileFlag,
  ...signatureFilesFlag,
  [ID]: { kind: 'text', doc: '256-bit Runtime ID this status is valid for in hex', fallback: '' },
  [FILE]: {
    kind: 'text',
    doc: 'JSON output file name of status to be written',
    fallback: 'km_status.json',
  },
  [INITIALIZED]: {
    kind: 'boolean',
    doc: `is key manager done initializing. Requires ${CHECKSUM}`,
    fallback: false,
  },
  [SECURE]: { kind: 'boolean', doc: 'is key manager secure', fallback: false },
  [CHECKSUM]: {
    kind: 'text',
    doc: `key manager's master secret verification checksum in hex. Requires ${INITIALIZED}`,
    fallback: '',
  },
  [RSK]: {
    kind: 'text',
    doc: `key manager's runtime signing key in base64. Requires ${INITIALIZED}`,
    fallback: '',
  },
} as const

function checksumOf(text: string): Uint8Array {
  if (text === '') return EMPTY_BYTES
  const sentence = `--${CHECKSUM} is ${JSON.stringify(text)}; give ${CHECKSUM_BYTES} bytes in hex`
  try {
    const checksum = parseHex(text)
    if (checksum.length === CHECKSUM_BYTES) return checksum
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
  }
  throw errors.badValue(sentence)
}

/** What is said of an initialized key manager is said only of one, and the checksum always. */
function checkInitialized(flags: FlagsOf<typeof options>): void {
  const isInitialized = flags[INITIALIZED]
  for (const name of [CHECKSUM, RSK] as const)
    if (flags[name] !== '' && !isInitialized)
      throw errors.badValue(`--${name} is given without --${INITIALIZED}; give both or none`)
  if (isInitialized && flags[CHECKSUM] === '')
    throw errors.badValue(`--${INITIALIZED} is given without --${CHECKSUM}; give both or none`)
}

/** `keymanager init_status`: for the genesis document. */
export const initStatus = command({
  name: 'init_status',
  summary: 'make the status of a key manager, for a genesis document',
  options,
  run({ flags, given }) {
    requireGiven(given, ID)
    const id = runtimeIdOf(`--${ID}`, flags[ID])
    const hasPolicy = flags['keymanager.policy.file'] !== ''
    const checksum = checksumOf(flags[CHECKSUM])
    checkInitialized(flags)
    const status = make(Status, {
      id,
      isInitialized: flags[INITIALIZED],
      isSecure: flags[SECURE],
      checksum,
      policy: hasPolicy ? readSignedPolicy(flags) : undefined,
      rsk: flags[RSK] === '' ? undefined : publicKeyOf(RSK, flags[RSK]),
    })
    writeNamedFile(flags[FILE], toIndentedJson(Status, status))
    return DONE
  },
})
