import { equalBytes } from '@wadi/base/bytes'
import { encode } from '@wadi/cbor/codec'
import { withEntry } from '@wadi/cbor/collections'
import type { Application, Status } from '@wadi/consensus/churp'
import { ConfirmationRequest, type SignedConfirmationRequest } from '@wadi/consensus/churp/methods'
import { contexts } from '@wadi/crypto/signature/contexts'
import { currentEpoch } from '../../beacon/queries.ts'
import type { Context } from '../../kernel/context.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { keyManagerOf } from '../../keymanager/queries.ts'
import { checkEnclave } from '../enclaves.ts'
import { plainErrors } from '../errors.ts'
import { completedHandoff, isDisabled } from '../handoff.ts'
import { parametersOf } from '../queries.ts'
import { schemeOf, updateScheme } from '../schemes.ts'

/** keymanager/churp.Confirm: says that a node has its share. The last one completes the handoff. */
export function confirm(ctx: Context, request: SignedConfirmationRequest): void {
  const { state, signer } = ctx
  const { checksum: nextChecksum } = request.confirmation
  useGas(ctx, parametersOf(state).gasCosts, 'confirm')
  if (endsSimulation(ctx)) return
  const { status, application } = checkedApplication(ctx, request)
  if (endsCheck(ctx)) return

  const entry = { ...application, reconstructed: true }
  const applications = withEntry(status.applications, signer, entry)
  const confirmed = { ...status, nextChecksum, applications }
  updateScheme(ctx, completedHandoff(confirmed, 'in-time') ?? confirmed)
}

interface CheckedApplication {
  readonly status: Status
  readonly application: Application
}

/** The scheme and what the node applied with, if it may confirm. */
function checkedApplication(
  ctx: Context,
  { confirmation, signature }: SignedConfirmationRequest,
): CheckedApplication {
  const runtime = keyManagerOf(ctx.state, confirmation.runtimeId)
  const status = schemeOf(ctx.state, confirmation)
  if (isDisabled(status)) throw plainErrors.handoffsDisabled()
  const epoch = currentEpoch(ctx)
  if (status.nextHandoff !== epoch) throw plainErrors.confirmationsClosed()
  if (status.nextHandoff !== confirmation.epoch) throw plainErrors.wrongHandoff()
  const application = status.applications.get(ctx.signer)
  if (application === undefined) throw plainErrors.notApplied()
  if (application.reconstructed) throw plainErrors.alreadyConfirmed()
  const { nextChecksum } = status
  // The first node that confirms says what all others have to.
  if (nextChecksum !== undefined && !equalBytes(confirmation.checksum, nextChecksum))
    throw plainErrors.checksumMismatch()
  checkEnclave(ctx, {
    runtime,
    epoch,
    context: contexts.churpConfirmation,
    message: encode(ConfirmationRequest, confirmation),
    signature,
  })
  return { status, application }
}
