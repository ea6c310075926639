/**
 * The contract of hardware signers, agents and whatever else has a key that does not leave it: a
 * program that is told one line of JSON and answers with one.
 *
 *   {"v":1,"do":"public_key"}                                       → {"public_key":"<base64>"}
 *   {"v":1,"do":"sign","public_key":…,"context":…,"message":…}       → {"signature":"<base64>"}
 *   anything that goes wrong                                        → {"error":"<a sentence>"}
 *
 * `context` is text, `message` base64: what is signed is the hash of both, as everywhere in the
 * network. What it answers is verified, so that a program which fails is found out at once.
 */

import { spawn } from 'node:child_process'
import { parseBase64, toBase64 } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { kernelEd25519 } from '@wadi/crypto/ed25519/provider'
import { prehash, type SignatureContext } from '@wadi/crypto/signature/context'
import { PublicKey } from '@wadi/primitives/publicKey'
import type { AccountSigner } from '@wadi/sdk/account-signer'
import { errors } from '../errors.ts'
import { SIGNER_BYTES_MAX, SIGNER_MS_MAX } from '../limits.ts'
import { type Fields, parseObject } from '../words/jsonObject.ts'

/** The program's answer to one line. */
function tell(path: string, request: Fields): Promise<Fields> {
  const { promise, resolve, reject } = Promise.withResolvers<Fields>()
  const fail = (why: string) =>
    reject(errors.badSigner(`${path} does not sign: ${why}; see to the device or its program`))
  const child = spawn(path, [], { stdio: ['pipe', 'pipe', 'inherit'], timeout: SIGNER_MS_MAX })
  let said = ''
  child.once('error', (error) => fail(error.message))
  // A program that has ended needs not be told anything.
  child.stdin.on('error', () => undefined)
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (said.length > SIGNER_BYTES_MAX) child.kill()
  })
  child.once('close', (code, signal) => {
    const answer = said.length > SIGNER_BYTES_MAX ? undefined : parseObject(said)
    const { error } = answer ?? {}
    if (typeof error === 'string') fail(error)
    else if (code !== 0) fail(`it ended with ${signal ?? code}`)
    else if (answer === undefined) fail('what it says is no line of JSON')
    else resolve(answer)
  })
  child.stdin.end(`${JSON.stringify({ v: 1, ...request })}\n`)
  return promise
}

function bytesOf(path: string, value: unknown, what: string): Uint8Array {
  try {
    if (typeof value === 'string') return parseBase64(value)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
  }
  throw errors.badSigner(`${path} gives no ${what} in base64; see to the device or its program`)
}

/** Whose key a program has. */
export async function publicKeyOfProgram(path: string): Promise<PublicKey> {
  const { public_key } = await tell(path, { do: 'public_key' })
  const bytes = bytesOf(path, public_key, 'public_key')
  try {
    return PublicKey.check(bytes)
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    throw errors.badSigner(`${path} gives ${bytes.length} bytes as a key; see to its program`)
  }
}

/** A signer that has the program sign. */
export function signerOfProgram(path: string, publicKey: PublicKey): AccountSigner {
  const sign = async (context: SignatureContext, message: Uint8Array): Promise<Uint8Array> => {
    const request = { public_key: toBase64(publicKey), context: context.text }
    const answer = await tell(path, { do: 'sign', ...request, message: toBase64(message) })
    const signature = bytesOf(path, answer['signature'], 'signature')
    const signed = { publicKey, message: prehash(context, message), signature }
    if (!kernelEd25519.verifySignature(signed))
      throw errors.badSigner(`${path} gives a signature that is not valid; see to its program`)
    return signature
  }
  return { publicKey, sign }
}
