/** What the enclave of a byzantine key manager says in place of what it should. */

import { UnavailableError } from '@wadi/base/errors'
import { decode, decodeRust, encode, encodeRust, type Schema } from '@wadi/cbor/codec'
import { EncryptedEphemeralSecret, EncryptedMasterSecret } from '@wadi/consensus/keymanager'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { RawSignature } from '@wadi/primitives/signed'
import { insecureIdentity } from '@wadi/runtime-keymanager/identity'
import {
  GenerateEphemeralSecretResponse,
  GenerateMasterSecretResponse,
} from '@wadi/runtime-keymanager/methods'
import { RpcMessage, RpcRequest } from '@wadi/runtime-protocol/enclave-rpc/message'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import type { KeyMisdeed } from '../plan/paratimeClasses.ts'

/**
 * The answer that leaves. Without hardware everybody has the key with which enclaves sign, so a
 * false secret is signed as well as a true one.
 */
export function falsifySecret(misdeed: KeyMisdeed, request: Body, answer: Body): Body {
  if (misdeed === 'silent-keys') {
    if (request.kind === 'RuntimeRPCCallRequest')
      throw new UnavailableError('sim.silent', 'it says nothing')
    return answer
  }
  if (request.kind !== 'RuntimeLocalRPCCallRequest') return answer
  if (answer.kind !== 'RuntimeLocalRPCCallResponse') return answer
  const { method } = decode(RpcRequest, request.body.request)
  const message = decodeRust(RpcMessage, answer.body.response)
  if (message.kind !== 'Response' || message.body.body.kind !== 'Success') return answer
  const { body } = message.body.body
  const changed =
    method === 'generate_master_secret'
      ? falseMaster(body)
      : method === 'generate_ephemeral_secret'
        ? falseEphemeral(body)
        : undefined
  if (changed === undefined) return answer
  const response = encodeRust(RpcMessage, {
    kind: 'Response',
    body: { body: { kind: 'Success', body: changed } },
  })
  return { kind: 'RuntimeLocalRPCCallResponse', body: { response } }
}

/** The checksum is that of another secret. */
function falseMaster(body: Uint8Array): Uint8Array {
  const { secret } = decodeRust(GenerateMasterSecretResponse, body).signedSecret
  const changed = { ...secret, secret: { ...secret.secret, checksum: turned(secret.secret) } }
  const signature = signed(EncryptedMasterSecret, changed, contexts.encryptedMasterSecret)
  return encodeRust(GenerateMasterSecretResponse, { signedSecret: { secret: changed, signature } })
}

function falseEphemeral(body: Uint8Array): Uint8Array {
  const { secret } = decodeRust(GenerateEphemeralSecretResponse, body).signedSecret
  const changed = { ...secret, secret: { ...secret.secret, checksum: turned(secret.secret) } }
  const signature = signed(EncryptedEphemeralSecret, changed, contexts.encryptedEphemeralSecret)
  const signedSecret = { secret: changed, signature }
  return encodeRust(GenerateEphemeralSecretResponse, { signedSecret })
}

function turned({ checksum }: { readonly checksum: Uint8Array | undefined }): Uint8Array {
  return (checksum ?? new Uint8Array(0)).toReversed()
}

function signed<T>(
  schema: Schema<T>,
  value: T,
  context: Parameters<typeof contextOf>[0],
): RawSignature {
  const message = encode(schema, value)
  return RawSignature.check(insecureIdentity.rak.sign(contextOf(context), message))
}
