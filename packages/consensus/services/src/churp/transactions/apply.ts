import { encode } from '@wadi/cbor/codec'
import { withEntry } from '@wadi/cbor/collections'
import type { Status } from '@wadi/consensus/churp'
import { ApplicationRequest, type SignedApplicationRequest } from '@wadi/consensus/churp/methods'
import { contexts } from '@wadi/crypto/signature/contexts'
import { currentEpoch } from '../../beacon/queries.ts'
import type { Context } from '../../kernel/context.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { keyManagerOf } from '../../keymanager/queries.ts'
import { checkEnclave } from '../enclaves.ts'
import { plainErrors } from '../errors.ts'
import { epochAfter, isDisabled } from '../handoff.ts'
import { parametersOf } from '../queries.ts'
import { schemeOf, updateScheme } from '../schemes.ts'

/** keymanager/churp.Apply: offers a node for the next committee, in the epoch before it forms. */
export function apply(ctx: Context, request: SignedApplicationRequest): void {
  const { state, signer } = ctx
  const { application } = request
  useGas(ctx, parametersOf(state).gasCosts, 'apply')
  if (endsSimulation(ctx)) return
  const status = checkedScheme(ctx, request)
  if (endsCheck(ctx)) return

  const entry = { checksum: application.checksum, reconstructed: false }
  const applications = withEntry(status.applications, signer, entry)
  updateScheme(ctx, { ...status, applications })
}

/** The scheme, if the node may apply. */
function checkedScheme(ctx: Context, { application, signature }: SignedApplicationRequest): Status {
  const runtime = keyManagerOf(ctx.state, application.runtimeId)
  const status = schemeOf(ctx.state, application)
  if (isDisabled(status)) throw plainErrors.handoffsDisabled()
  const epoch = currentEpoch(ctx)
  if (status.nextHandoff !== epochAfter(epoch)) throw plainErrors.submissionsClosed()
  if (status.nextHandoff !== application.epoch) throw plainErrors.wrongHandoff()
  // A node that could apply again could change its mind after it saw the others.
  if (status.applications.has(ctx.signer)) throw plainErrors.alreadyApplied()
  checkEnclave(ctx, {
    runtime,
    epoch,
    context: contexts.churpApplication,
    message: encode(ApplicationRequest, application),
    signature,
  })
  return status
}
