import type { Infer, Schema } from '@wadi/protobuf/codec'
import { mapped } from '@wadi/protobuf/mapped'
import { embedded, field, message, optional, repeated, required } from '@wadi/protobuf/message'
import { int64, text, uint64 } from '@wadi/protobuf/scalars'
import { Duration } from './timestamp.ts'

const BlockParams = message({ maxBytes: field(1, int64), maxGas: field(2, int64) })
const EvidenceParams = message({
  maxAgeNumBlocks: field(1, int64),
  maxAgeDuration: field(2, embedded(Duration)),
  maxBytes: field(3, int64),
})
const ValidatorParams = message({ pubKeyTypes: repeated(1, text) })
const VersionParams = message({ app: field(1, uint64) })

/** What every block of a chain has to keep. */
export const ConsensusParams = message({
  block: required(1, BlockParams),
  evidence: required(2, EvidenceParams),
  validator: required(3, ValidatorParams),
  version: required(4, VersionParams),
})
export type ConsensusParams = Infer<typeof ConsensusParams>

const UpdateMessage = message({
  block: optional(1, BlockParams),
  evidence: optional(2, EvidenceParams),
  validator: optional(3, ValidatorParams),
  version: optional(4, VersionParams),
})

/** What an application changes; what is undefined stays as it is. */
export interface ConsensusParamUpdates {
  readonly block: ConsensusParams['block'] | undefined
  readonly evidence: ConsensusParams['evidence'] | undefined
  readonly pubKeyTypes: readonly string[] | undefined
  readonly appVersion: bigint | undefined
}
export const ConsensusParamUpdates: Schema<ConsensusParamUpdates> = mapped(UpdateMessage, {
  from: ({ block, evidence, validator, version }): ConsensusParamUpdates => ({
    block,
    evidence,
    pubKeyTypes: validator?.pubKeyTypes,
    appVersion: version?.app,
  }),
  to: ({ block, evidence, pubKeyTypes, appVersion }) => ({
    block,
    evidence,
    validator: pubKeyTypes && { pubKeyTypes },
    version: appVersion === undefined ? undefined : { app: appVersion },
  }),
})
