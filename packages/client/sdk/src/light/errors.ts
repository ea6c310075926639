import { definePlainErrors } from '@wadi/base/errors'

/** Why a light client does not answer, or does not believe what it was told. */
export const errors = definePlainErrors('lightNode', {
  notProvable: 'there is no proof for it, and nothing is answered without',
  noSuchHeight: 'there is no such height',
  tooFarBack: 'the block is too long before the oldest one that is believed; begin with another',
  badProof: 'the proof does not show what was asked for',
  otherGenesis: 'the genesis document is not that of the chain context',
  otherTransactions: 'the transactions are not those of the block',
  otherResults: 'the results are not those of the block',
  otherCommit: 'the last commit is not that of the block',
  otherBlock: 'the block is of another height',
  notInBlock: 'the transaction is not in the block',
  failed: 'the transaction is in a block, and failed',
})
