import { encode } from '@wadi/cbor/codec'
import { EncryptedMasterSecret, type SignedEncryptedMasterSecret } from '@wadi/consensus/keymanager'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import type { Context } from '../../kernel/context.ts'
import { emit } from '../../kernel/events.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { plainErrors } from '../errors.ts'
import {
  checkCoverage,
  checkFirst,
  checkMember,
  checkNextEpoch,
  checkSignature,
  publicationKeysOf,
} from '../publication.ts'
import { keyManagerOf, knownStatusOf, masterSecretOf, parametersOf } from '../queries.ts'
import { checkRotation, nextGeneration } from '../rotation.ts'
import { setMasterSecret } from '../state.ts'

const CONTEXT = contextOf(contexts.encryptedMasterSecret)

/** keymanager.PublishMasterSecret: proposes the next generation, for the enclaves to copy. */
export function publishMasterSecret(ctx: Context, signed: SignedEncryptedMasterSecret): void {
  checkProposal(ctx, signed)
  if (endsCheck(ctx)) return
  useGas(ctx, parametersOf(ctx.state).gasCosts, 'publish_master_secret')
  if (endsSimulation(ctx)) return
  setMasterSecret(ctx.state, signed)
  emit(ctx, 'oasis_event_999_keymanager', 'master_secret', { secret: signed })
}

function checkProposal(ctx: Context, { secret, signature }: SignedEncryptedMasterSecret): void {
  const { runtimeId, generation, epoch } = secret
  const runtime = keyManagerOf(ctx.state, runtimeId)
  const status = knownStatusOf(ctx.state, runtimeId)
  checkMember(ctx, status)
  checkFirst(epoch, masterSecretOf(ctx.state, runtimeId))
  checkRotation(status, epoch)
  const { rak, reks } = publicationKeysOf(ctx, runtime, status)
  if (generation !== nextGeneration(status)) throw plainErrors.wrongGeneration()
  checkNextEpoch(ctx, epoch)
  checkCoverage(secret.secret, reks)
  checkSignature(ctx, {
    context: CONTEXT,
    message: encode(EncryptedMasterSecret, secret),
    publicKey: rak,
    signature,
  })
}
