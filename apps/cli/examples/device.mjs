#!/usr/bin/env node
// A device that signs, for `wadi account import <name> --program device.mjs`. Its key is 32 bytes
// in hexadecimal in the file that DEVICE_KEY names; a real one asks its hardware in place of `key`.
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** An Ed25519 key up to its 32 bytes, as OpenSSL takes it (PKCS #8). */
const PREFIX = '302e020100300506032b657004220420'
const seed = readFileSync(process.env.DEVICE_KEY, 'latin1').trim()
const key = createPrivateKey({
  key: Buffer.from(PREFIX + seed, 'hex'),
  format: 'der',
  type: 'pkcs8',
})
const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32)

function answer(told) {
  if (told.v !== 1) return { error: `version ${told.v} is not known here` }
  if (told.do === 'public_key') return { public_key: publicKey.toString('base64') }
  if (told.do !== 'sign') return { error: `${told.do} is not done here` }
  if (told.public_key !== publicKey.toString('base64')) return { error: 'that is not my key' }
  // What a person agrees to: a device shows it on a screen of its own, and waits for a button.
  const message = Buffer.from(told.message, 'base64')
  process.stderr.write(`signing for "${told.context}": ${message.length} bytes\n`)
  const hash = createHash('sha512-256').update(told.context).update(message).digest()
  return { signature: sign(undefined, hash, key).toString('base64') }
}

process.stdout.write(`${JSON.stringify(answer(JSON.parse(readFileSync(0, 'utf8'))))}\n`)
