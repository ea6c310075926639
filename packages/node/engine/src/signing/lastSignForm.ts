/** How the file of the last signature is called and written: as oasis-core does, or CometBFT. */

import { EMPTY_BYTES, parseBase64, parseHex, toBase64, toHex } from '@wadi/base/bytes'
import { definePlainErrors } from '@wadi/base/errors'
import {
  LAST_SIGN_FILE_NAME,
  type LastSign,
  parseLastSign,
  printLastSign,
} from '@wadi/tendermint/lastSign'

const errors = definePlainErrors('lastSignForm', {
  badText: 'not the state of a validator',
})

/** See the top of this file. */
export interface LastSignForm {
  readonly fileName: string
  readonly lockName: string
  print(last: LastSign): string
  /** Throws a coded error if the text says nothing. */
  parse(text: string, publicKey: LastSign['publicKey']): LastSign
}

/** oasis-core's: the key is in it. */
export const oasisForm: LastSignForm = {
  fileName: LAST_SIGN_FILE_NAME,
  lockName: 'oasis_priv_validator.lock',
  print: printLastSign,
  parse: parseLastSign,
}

/** CometBFT's own: the key is in another file. */
export const stockForm: LastSignForm = {
  fileName: 'priv_validator_state.json',
  lockName: 'priv_validator_state.lock',
  print({ height, round, step, signature, signbytes }) {
    const state = {
      height: `${height}`,
      round,
      step,
      ...(signature.length > 0 && { signature: toBase64(signature) }),
      ...(signbytes.length > 0 && { signbytes: toHex(signbytes).toUpperCase() }),
    }
    return JSON.stringify(state, undefined, 2)
  },
  parse(text, publicKey) {
    const { height, round, step, signature = '', signbytes = '' } = objectOf(text)
    const isWhole =
      typeof height === 'string' &&
      HEIGHT.test(height) &&
      isUpTo(round, ROUND_MAX) &&
      isUpTo(step, STEP_MAX) &&
      typeof signature === 'string' &&
      typeof signbytes === 'string'
    if (!isWhole) throw errors.badText()
    return {
      height: BigInt(height),
      round,
      step,
      signature: signature === '' ? EMPTY_BYTES : parseBase64(signature),
      signbytes: parseHex(signbytes),
      publicKey,
    }
  },
}

const HEIGHT = /^(0|[1-9][0-9]{0,18})$/
const ROUND_MAX = 2 ** 31 - 1
const STEP_MAX = 3

function objectOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const found: unknown = JSON.parse(text)
    if (typeof found === 'object' && found !== null) return { ...found }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw errors.badText()
}

function isUpTo(value: unknown, max: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= max
}
