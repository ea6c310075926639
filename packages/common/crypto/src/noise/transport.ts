/** Noise after the handshake: messages under one key in each direction. */

import { EMPTY_BYTES } from '@wadi/base/bytes'
import { type Aead, TAG_BYTES } from '../aead/aead.ts'
import { NOISE_MESSAGE_BYTES_MAX } from '../limits.ts'
import { type Cipher, errors, openWith, sealWith } from './symmetric.ts'

/** Both directions, and what the handshake has found out. */
export interface Transport {
  readonly send: Cipher
  readonly receive: Cipher
  /** Names this session: what both sides have seen, and nobody else can have made. */
  readonly handshakeHash: Uint8Array
  readonly remoteStatic: Uint8Array
}

/** Seals the next message to the other side. */
export function sealMessage(
  aead: Aead,
  transport: Transport,
  text: Uint8Array,
): { readonly message: Uint8Array; readonly transport: Transport } {
  const size = text.length + TAG_BYTES
  if (size > NOISE_MESSAGE_BYTES_MAX) throw errors.tooLong(`${size} bytes`)
  const { bytes: message, cipher } = sealWith(aead, transport.send, text, EMPTY_BYTES)
  return { message, transport: { ...transport, send: cipher } }
}

/** Opens the next message of the other side; messages come in order, each once. */
export function openMessage(
  aead: Aead,
  transport: Transport,
  message: Uint8Array,
): { readonly text: Uint8Array; readonly transport: Transport } {
  if (message.length > NOISE_MESSAGE_BYTES_MAX) throw errors.tooLong(`${message.length} bytes`)
  const { bytes: text, cipher } = openWith(aead, transport.receive, message, EMPTY_BYTES)
  return { text, transport: { ...transport, receive: cipher } }
}
