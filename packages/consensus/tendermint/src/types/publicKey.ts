import { definePlainErrors } from '@wadi/base/errors'
import { PUBLIC_KEY_BYTES } from '@wadi/crypto/ed25519/signedMessage'
import type { Schema } from '@wadi/protobuf/codec'
import { mapped } from '@wadi/protobuf/mapped'
import { field } from '@wadi/protobuf/message'
import { oneOf } from '@wadi/protobuf/oneOf'
import { bytes } from '@wadi/protobuf/scalars'

const errors = definePlainErrors('publicKey', {
  otherKind: 'not an Ed25519 key',
  badSize: 'a key has 32 bytes',
})

const AnyKey = oneOf({ ed25519: field(1, bytes), secp256k1: field(2, bytes) })

/** The key of a validator or of a node: Ed25519, the only kind that the network has. */
export const PublicKey: Schema<Uint8Array> = mapped(AnyKey, {
  from({ kind, body }) {
    if (kind !== 'ed25519') throw errors.otherKind(kind)
    if (body.length !== PUBLIC_KEY_BYTES) throw errors.badSize(`${body.length}`)
    return body
  },
  to: (key) => ({ kind: 'ed25519' as const, body: key }),
})
