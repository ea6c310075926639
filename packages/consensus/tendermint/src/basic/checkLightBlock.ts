import { equalBytes } from '@wadi/base/bytes'
import { validatorsHash } from '../hashing/contentHashes.ts'
import { headerHash } from '../hashing/headerHash.ts'
import type { LightBlock, SignedHeader } from '../types/lightBlock.ts'
import { checkCommit } from './checkCommit.ts'
import { checkHeader } from './checkHeader.ts'
import { errors } from './errors.ts'

/** Refuses a header of another chain, or with a commit of something else. */
export function checkSignedHeader({ header, commit }: SignedHeader, chainId: string): void {
  checkHeader(header)
  checkCommit(commit)
  if (header.chainId !== chainId) throw errors.badChainId(header.chainId)
  if (commit.height !== header.height) throw errors.badHeight(`commit of ${commit.height}`)
  if (!equalBytes(headerHash(header), commit.blockId.hash)) throw errors.otherHeader()
}

/** Refuses also what is of other validators. Signatures are not checked. */
export function checkLightBlock({ signedHeader, validatorSet }: LightBlock, chainId: string): void {
  checkSignedHeader(signedHeader, chainId)
  const hash = validatorsHash(validatorSet.validators)
  if (!equalBytes(signedHeader.header.validatorsHash, hash)) throw errors.otherValidators()
}
