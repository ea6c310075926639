/** The reference's remote signer, as it is on the wire. */

import { list } from '@wadi/cbor/collections'
import { bytes, i64, text } from '@wadi/cbor/scalars'
import { nilable, struct } from '@wadi/cbor/struct'
import { cborCodec, nothing } from '@wadi/grpc/codec'
import { service, unary } from '@wadi/grpc/service'
import { PublicKey } from '@wadi/primitives/publicKey'

/** A key that it has, and what for; roles are numbered as in `keyRole.ts`. */
export const KeyOfRole = struct({ role: i64, publicKey: PublicKey })

/** What is to be signed: the context is complete, with its chain. */
export const SignRequest = struct({ role: i64, context: text, message: bytes })

/** What entities ask it for; it can prove outputs of the random function, too. */
export const RemoteSigner = service('oasis-core.RemoteSigner', {
  PublicKeys: unary(nothing, cborCodec(nilable(list(KeyOfRole)))),
  Sign: unary(cborCodec(SignRequest), cborCodec(bytes)),
})
