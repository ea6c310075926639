import { encode } from '@wadi/cbor/codec'
import {
  EncryptedEphemeralSecret,
  type SignedEncryptedEphemeralSecret,
} from '@wadi/consensus/keymanager'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import type { Context } from '../../kernel/context.ts'
import { emit } from '../../kernel/events.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import {
  checkCoverage,
  checkFirst,
  checkMember,
  checkNextEpoch,
  checkSignature,
  publicationKeysOf,
} from '../publication.ts'
import { ephemeralSecretOf, keyManagerOf, knownStatusOf, parametersOf } from '../queries.ts'
import { setEphemeralSecret } from '../state.ts'

const CONTEXT = contextOf(contexts.encryptedEphemeralSecret)

/** keymanager.PublishEphemeralSecret: brings the secret of the next epoch. */
export function publishEphemeralSecret(ctx: Context, signed: SignedEncryptedEphemeralSecret): void {
  checkSecret(ctx, signed)
  if (endsCheck(ctx)) return
  useGas(ctx, parametersOf(ctx.state).gasCosts, 'publish_ephemeral_secret')
  if (endsSimulation(ctx)) return
  setEphemeralSecret(ctx.state, signed)
  emit(ctx, 'oasis_event_999_keymanager', 'ephemeral_secret', { secret: signed })
}

function checkSecret(ctx: Context, { secret, signature }: SignedEncryptedEphemeralSecret): void {
  const { runtimeId, epoch } = secret
  const runtime = keyManagerOf(ctx.state, runtimeId)
  const status = knownStatusOf(ctx.state, runtimeId)
  checkMember(ctx, status)
  checkFirst(epoch, ephemeralSecretOf(ctx.state, runtimeId))
  const { rak, reks } = publicationKeysOf(ctx, runtime, status)
  checkNextEpoch(ctx, epoch)
  checkCoverage(secret.secret, reks)
  checkSignature(ctx, {
    context: CONTEXT,
    message: encode(EncryptedEphemeralSecret, secret),
    publicKey: rak,
    signature,
  })
}
