/** One question about a codec, and our answer: the same that the Go program gives. */

import { parseHex, parseUtf8, toHex, toUtf8 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode, decodeRpc, decodeTrusted, encode } from '../codec.ts'
import { parseJson, toIndentedJson, toJson } from '../json.ts'
import { readVersion } from '../versioned.ts'
import { schemaOf } from './expression.ts'

/** What is asked: how to decode which type from what. */
export interface Question {
  readonly mode: 'untrusted' | 'rpc' | 'trusted' | 'version' | 'json' | 'tojson'
  readonly type: string
  readonly input: string
}

/** The result in hexadecimal, or "!" and the reason. */
export function ownAnswer({ mode, type, input }: Question): string {
  const bytes = parseHex(input)
  try {
    return toHex(answerBytes(mode, type, bytes))
  } catch (error) {
    if (error instanceof CodedError) return `! ${error.reason} ${error.message}`
    throw error
  }
}

function answerBytes(mode: Question['mode'], type: string, bytes: Uint8Array): Uint8Array {
  if (mode === 'version') {
    const version = readVersion(bytes)
    return Uint8Array.of(version >> 8, version & 255)
  }
  const schema = schemaOf(type)
  switch (mode) {
    case 'untrusted':
      return encode(schema, decode(schema, bytes))
    case 'rpc':
      return encode(schema, decodeRpc(schema, bytes))
    case 'trusted':
      return encode(schema, decodeTrusted(schema, bytes))
    case 'json':
      return toUtf8(toIndentedJson(schema, parseJson(schema, parseUtf8(bytes))))
    case 'tojson':
      return toUtf8(toJson(schema, decode(schema, bytes)))
  }
}
