import { equalBytes } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { decode } from '@wadi/cbor/codec'
import { withEntry } from '@wadi/cbor/collections'
import { BACKENDS, type VrfState } from '@wadi/consensus/beacon'
import { errors as codedErrors } from '@wadi/consensus/beacon/errors'
import { VrfProve } from '@wadi/consensus/beacon/methods'
import { verifyOutput } from '@wadi/crypto/signature/verification'
import { PROOF_BYTES } from '@wadi/crypto/vrf/vrf'
import type { Node } from '@wadi/primitives/node'
import { type Proof, RawProof } from '@wadi/primitives/signed'
import { type Context, currentHeight } from '../../kernel/context.ts'
import { endsCheck, endsSimulation, useGas } from '../../kernel/method.ts'
import { nodeOf } from '../../registry/queries.ts'
import { betaOf } from '../alpha.ts'
import { vrfParametersOf } from '../epochs.ts'
import { errors } from '../errors.ts'
import { parametersOf, vrfStateOf } from '../queries.ts'
import { setVrfState } from '../state.ts'

/** beacon.VRFProve: a node proves what it makes of this epoch's alpha. */
export function vrfProve(ctx: Context, body: Uint8Array | undefined): void {
  const { state, signer } = ctx
  const params = parametersOf(state)
  if (params.backend !== BACKENDS.vrf) throw errors.invalidMethod('beacon.VRFProve')
  useGas(ctx, vrfParametersOf(params).gasCosts, 'vrf_prove')
  if (endsSimulation(ctx)) return
  const round = vrfStateOf(state)
  if (round === undefined) throw errors.noVrfState()
  if (currentHeight(ctx) <= round.submitAfter) throw errors.prematureProof()
  const node = nodeOf(state, signer)
  if (node === undefined) throw errors.notANode()
  // COMPAT(oasis-core): the body is looked at only now, and is the one thing refused with a code.
  const proof = proofOf(ctx, { node, round, prove: decodeProve(body) })
  if (endsCheck(ctx)) return
  setVrfState(state, { ...round, pi: withEntry(round.pi, node.id, proof) })
}

function decodeProve(body: Uint8Array | undefined): VrfProve {
  try {
    return decode(VrfProve, body)
  } catch (error) {
    if (error instanceof CodedError) throw codedErrors.invalidArgument(error.message)
    throw error
  }
}

interface Claim {
  readonly node: Node
  readonly round: VrfState
  readonly prove: VrfProve
}

/** The proof, if it is one, and if it agrees with what the node proved before in this round. */
function proofOf({ chain }: Context, { node, round, prove }: Claim): Proof {
  const { epoch, pi } = prove
  if (epoch !== round.epoch) throw errors.wrongEpoch(`${epoch}`)
  if (pi?.length !== PROOF_BYTES) throw errors.malformedProof()
  const proof: Proof = { publicKey: node.vrf.id, proof: RawProof.check(pi) }
  const beta = verifyOutput(chain.signatures.forbidden, proof, round.alpha)
  if (beta === undefined) throw errors.invalidProof()
  const before = round.pi.get(node.id)
  // A proof may look different each time it is made; what it proves may not.
  if (before !== undefined && !equalBytes(betaOf(before), beta)) throw errors.differentProof()
  return proof
}
