/** What is asked about light blocks. Arguments are bare heights, or evidence. */

import { mapped } from '@wadi/cbor/mapped'
import { i64, raw } from '@wadi/cbor/scalars'
import type { Schema } from '@wadi/cbor/schema'
import { nilable } from '@wadi/cbor/struct'
import { EvidenceOffer, ParametersAnswer } from '@wadi/consensus/consensus/api'
import { LightBlock, Validators } from '@wadi/consensus/consensus/block'
import type { PeerMethod } from '@wadi/runtime-protocol/peers/methods'

/** Nobody looks at what is there instead. */
const nothing = mapped<Uint8Array | undefined, undefined>(nilable(raw), {
  name: 'Nothing',
  from: () => undefined,
  to: () => undefined,
})

const ofHeight = <A>(name: string, response: Schema<A>): PeerMethod<bigint, A> => ({
  name,
  request: i64,
  response,
})

const submitEvidence: PeerMethod<EvidenceOffer, undefined> = {
  name: 'SubmitEvidence',
  request: EvidenceOffer,
  response: nothing,
}

/** The methods of the service. */
export const LIGHT_METHODS = {
  lightBlock: ofHeight('GetLightBlock', LightBlock),
  validators: ofHeight('GetValidators', Validators),
  parameters: ofHeight('GetParameters', ParametersAnswer),
  submitEvidence,
} as const
