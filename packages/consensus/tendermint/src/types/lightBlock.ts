import type { Infer } from '@wadi/protobuf/codec'
import { message, required } from '@wadi/protobuf/message'
import { Commit } from './commit.ts'
import { Header } from './header.ts'
import { ValidatorSet } from './validatorSet.ts'

/** A header and the commit that decided it. */
export const SignedHeader = message({ header: required(1, Header), commit: required(2, Commit) })
export type SignedHeader = Infer<typeof SignedHeader>

/** What a light client needs of a block: also who could vote on it. */
export const LightBlock = message({
  signedHeader: required(1, SignedHeader),
  validatorSet: required(2, ValidatorSet),
})
export type LightBlock = Infer<typeof LightBlock>
