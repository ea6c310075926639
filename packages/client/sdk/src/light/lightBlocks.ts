/** Blocks as calls answer them, put together from parts that headers prove. */

import { equalBytes } from '@wadi/base/bytes'
import type { Block as BlockAnswer } from '@wadi/consensus/consensus/block'
import { answerOfBlock } from '@wadi/consensus-services/application/answerOfBlock'
import { evidenceListHash } from '@wadi/tendermint/hashing/contentHashes'
import { headerHash } from '@wadi/tendermint/hashing/headerHash'
import type { Header } from '@wadi/tendermint/types/header'
import { errors } from './errors.ts'
import type { VerifiedFacts } from './verifiedFacts.ts'

const NO_EVIDENCE_HASH = evidenceListHash([])

/** A block without its transactions. Its size is only known if there is no evidence in it. */
export async function provenBlock(facts: VerifiedFacts, height: bigint): Promise<BlockAnswer> {
  const { header } = (await facts.blocks.load(height)).signedHeader
  if (!equalBytes(header.evidenceHash, NO_EVIDENCE_HASH))
    throw errors.notProvable('the size of a block with evidence')
  const transactions = await facts.transactions.load(height)
  const lastCommit = await facts.lastCommits.load(height)
  return answerOfBlock({ header, transactions, evidence: [], lastCommit })
}

/** Who decides about a block. */
export interface ProvenValidator {
  readonly address: Uint8Array
  readonly publicKey: Uint8Array
  readonly votingPower: bigint
}

/** A header that is believed, and the validators that it names. */
export interface ProvenHeader {
  readonly header: Header
  readonly hash: Uint8Array
  readonly validators: readonly ProvenValidator[]
}

/** The header of a height. */
export async function provenHeader(facts: VerifiedFacts, height: bigint): Promise<ProvenHeader> {
  const { signedHeader, validatorSet } = await facts.blocks.load(height)
  const { header } = signedHeader
  const validators = validatorSet.validators.map(({ address, publicKey, votingPower }) => {
    return { address, publicKey, votingPower }
  })
  return { header, hash: headerHash(header), validators }
}
