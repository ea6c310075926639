import { definePlainErrors } from '@wadi/base/errors'

/** What is wrong with a message by itself, whatever the state of the chain. */
export const errors = definePlainErrors('basic', {
  badHash: 'a hash has 32 bytes, if it is there',
  badVersion: 'block of another version',
  badChainId: 'the name of the chain is too long, or another',
  badHeight: 'no such height',
  badRound: 'no such round',
  badAddress: 'an address has 20 bytes',
  badIndex: 'no such index',
  badSignature: 'a signature has 1 to 64 bytes',
  badBlockId: 'neither a whole block id nor none',
  noSignatures: 'a commit has signatures',
  noLastCommit: 'a block has the commit of the last one',
  otherLastCommit: 'the header is of another last commit',
  otherTransactions: 'the header is of other transactions',
  otherEvidence: 'the header is of other evidence',
  otherHeader: 'the commit is of another header',
  otherValidators: 'the header is of other validators',
  badPartSize: 'a part of another size',
  otherPart: 'the proof is of another part',
  badProof: 'not a proof',
  badOrder: 'the votes are in the other order',
  badPower: 'no such voting power',
  badBits: 'not as many bits as there are things',
  badStep: 'a round has no such step',
})
