import { equalBytes } from '@wadi/base/bytes'
import { commitHash, evidenceListHash } from '../hashing/contentHashes.ts'
import { dataHashOf } from '../transactionProof.ts'
import type { Block } from '../types/block.ts'
import { checkCommit } from './checkCommit.ts'
import { checkEvidence } from './checkEvidence.ts'
import { checkHeader } from './checkHeader.ts'
import { errors } from './errors.ts'

/** Refuses a block that contradicts itself, whatever the state of the chain. */
export function checkBlockBasics({ header, transactions, evidence, lastCommit }: Block): void {
  checkHeader(header)
  if (lastCommit === undefined) throw errors.noLastCommit()
  checkCommit(lastCommit)
  if (!equalBytes(header.lastCommitHash, commitHash(lastCommit))) throw errors.otherLastCommit()
  if (!equalBytes(header.dataHash, dataHashOf(transactions))) throw errors.otherTransactions()
  evidence.forEach(checkEvidence)
  if (!equalBytes(header.evidenceHash, evidenceListHash(evidence))) throw errors.otherEvidence()
}
