/** The keys of simulated validators: the production signer, watched, or one without any shame. */

import { toHex } from '@wadi/base/bytes'
import { FileSigner } from '@wadi/engine/file-signer'
import type { PrivateValidator } from '@wadi/engine/private-validator'
import type { FileSystem } from '@wadi/node-storage/file-system'
import { canonicalProposalBytes, canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import type { BlockId } from '@wadi/tendermint/types/blockId'
import type { SimChain } from '../chains/simChain.ts'
import type { Signed } from '../checkers/checker.ts'
import type { Bug } from './bug.ts'

/** Opens the key of an honest validator. `onSigned` hears of every signature that leaves it. */
export function openHonestKey(
  { chain, node, bug }: { chain: SimChain; node: number; bug: Bug | undefined },
  files: FileSystem,
  onSigned: (signed: Signed) => void,
): PrivateValidator {
  const { publicKey, sign } = chain.validators[node]!
  const disk = bug?.signingFiles?.(files) ?? files
  const { dialect } = chain
  const own = new FileSigner({ files: disk, folder: 'signer', publicKey, dialect, sign })
  const signer = bug?.signer?.(own) ?? own
  return {
    publicKey,
    get lastSignedHeight() {
      return signer.lastSignedHeight
    },
    signVote: (chainId, vote, done) =>
      signer.signVote(chainId, vote, (answer) => {
        const { type, height, round, blockId } = vote
        if (answer.kind === 'signed')
          onSigned({ node, type, height, round, block: nameOf(blockId) })
        done(answer)
      }),
    signProposal: (chainId, proposal, done) =>
      signer.signProposal(chainId, proposal, (answer) => {
        const { height, round, blockId, polRound } = proposal
        const block = `${nameOf(blockId)} with ${polRound}`
        if (answer.kind === 'signed') onSigned({ node, type: 'proposal', height, round, block })
        done(answer)
      }),
  }
}

function nameOf(blockId: BlockId | undefined): string {
  if (blockId === undefined) return 'nil'
  return `${toHex(blockId.hash)}:${toHex(blockId.partSetHeader.hash)}`
}

/** A key that signs whatever it is given. */
export function openRecklessKey(chain: SimChain, node: number): PrivateValidator {
  const { publicKey, sign } = chain.validators[node]!
  return {
    publicKey,
    lastSignedHeight: 0n,
    signVote(chainId, vote, done) {
      const signature = sign(canonicalVoteBytes(chainId, vote))
      done({ kind: 'signed', signed: { ...vote, signature } })
    },
    signProposal(chainId, proposal, done) {
      const signature = sign(canonicalProposalBytes(chainId, proposal))
      done({ kind: 'signed', signed: { ...proposal, signature } })
    },
  }
}
