import { bytesOfText } from '@wadi/protobuf/escapedText'
import { BLOCK_VERSION, CHAIN_ID_SIZE_MAX, HASH_SIZE } from '../limits.ts'
import type { BlockId } from '../types/blockId.ts'
import type { Header } from '../types/header.ts'
import { VALIDATOR_ADDRESS_SIZE } from '../validatorAddress.ts'
import { errors } from './errors.ts'

/** Refuses a hash that is there and has another size. */
export function checkHash(hash: Uint8Array, what: string): void {
  if (hash.length !== 0 && hash.length !== HASH_SIZE) throw errors.badHash(what)
}

/** Refuses hashes of another size; any of them may be missing. */
export function checkBlockId({ hash, partSetHeader }: BlockId): void {
  checkHash(hash, 'block')
  checkHash(partSetHeader.hash, 'parts')
}

/** Refuses a header that can be of no block. */
export function checkHeader(header: Header): void {
  if (header.version.block !== BLOCK_VERSION) throw errors.badVersion(`${header.version.block}`)
  if (bytesOfText(header.chainId).length > CHAIN_ID_SIZE_MAX) throw errors.badChainId()
  if (header.height <= 0n) throw errors.badHeight(`${header.height}`)
  if (header.lastBlockId !== undefined) checkBlockId(header.lastBlockId)
  checkHash(header.lastCommitHash, 'last commit')
  checkHash(header.dataHash, 'data')
  checkHash(header.evidenceHash, 'evidence')
  if (header.proposerAddress.length !== VALIDATOR_ADDRESS_SIZE) throw errors.badAddress('proposer')
  checkHash(header.validatorsHash, 'validators')
  checkHash(header.nextValidatorsHash, 'next validators')
  checkHash(header.consensusHash, 'consensus')
  // COMPAT(cometbft): the hash of the application may have any size.
  checkHash(header.lastResultsHash, 'last results')
}
