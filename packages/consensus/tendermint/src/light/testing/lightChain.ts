/** Chains as light clients see them: headers, commits and validators, made when asked for. */

import { concatBytes, equalBytes, toHex } from '@wadi/base/bytes'
import { publicKeyOfSeed, signMessage } from '@wadi/crypto/ed25519/sign'
import type { SignedMessage } from '@wadi/crypto/ed25519/signedMessage'
import { sha256 } from '@wadi/crypto/hash/sha256'
import { addMilliseconds, type Moment } from '@wadi/primitives/moment'
import { oasisDialect, type SignatureDialect } from '../../dialect.ts'
import { validatorsHash } from '../../hashing/contentHashes.ts'
import { headerHash } from '../../hashing/headerHash.ts'
import { canonicalVoteBytes } from '../../signBytes.ts'
import type { BlockId } from '../../types/blockId.ts'
import type { Commit, CommitSig } from '../../types/commit.ts'
import type { Header } from '../../types/header.ts'
import type { LightBlock } from '../../types/lightBlock.ts'
import type { Validator } from '../../types/validator.ts'
import type { ValidatorSet } from '../../types/validatorSet.ts'
import { validatorAddress } from '../../validatorAddress.ts'
import { createValidatorSet } from '../../validators/validatorSet.ts'

/** Signs as a validator of a test. */
export interface TestSigner {
  readonly publicKey: Uint8Array
  sign(message: Uint8Array): Uint8Array
}

/** Signatures that cost a hash and that anybody could make. */
export const cheapDialect: SignatureDialect = {
  name: 'cheap',
  verify: isCheap,
  verifyAll: (signed) => signed.map(isCheap),
  prehash: (message) => message,
}

function isCheap({ publicKey, message, signature }: SignedMessage): boolean {
  return equalBytes(signature, sha256(concatBytes(publicKey, message)))
}

/** Somebody who signs cheaply. */
export function cheapSigner(number: number): TestSigner {
  const publicKey = sha256(Uint8Array.of(number & 255, number >> 8))
  return { publicKey, sign: (message) => sha256(concatBytes(publicKey, message)) }
}

/** Somebody who signs with a key. */
export function realSigner(number: number): TestSigner {
  const seed = sha256(Uint8Array.of(number & 255, number >> 8, 1))
  const publicKey = publicKeyOfSeed(seed)
  return {
    publicKey,
    sign: (message) => signMessage({ seed, publicKey }, oasisDialect.prehash(message)),
  }
}

/** What a chain is like. */
export interface LightChainOptions {
  readonly dialect?: SignatureDialect
  readonly signerOf?: (number: number) => TestSigner
  /** Numbers of the validators of a height. */
  readonly membersAt: (height: bigint) => readonly number[]
  readonly last: bigint
}

/** Where another chain leaves this one, and how. */
export interface Fork {
  /** Its first block. */
  readonly from: bigint
  readonly change: (header: Header) => Header
  readonly round?: number
  /** Numbers of those who sign; all, if it is undefined. */
  readonly signers?: readonly number[]
  /** Numbers of the validators that its headers name. */
  readonly membersAt?: (height: bigint) => readonly number[]
}

export const LIGHT_CHAIN_ID = 'light-test'
const BEGINNING: Moment = { seconds: 1_700_000_000n, nanoseconds: 0 }

/** The time of a height: a second each. */
export function timeAt(height: bigint): Moment {
  return addMilliseconds(BEGINNING, Number(height) * 1000)
}

function fakeBlockId(height: bigint): BlockId {
  const hash = sha256(Uint8Array.from(String(height), (digit) => digit.charCodeAt(0)))
  return { hash, partSetHeader: { total: 1, hash } }
}

/** See the top of this file. */
export class LightChain {
  readonly dialect: SignatureDialect
  readonly last: bigint
  readonly #options: LightChainOptions
  readonly #fork: Fork | undefined
  readonly #parent: LightChain | undefined
  readonly #blocks = new Map<bigint, LightBlock>()
  readonly #signers = new Map<string, TestSigner>()
  readonly #byNumber = new Map<number, TestSigner>()

  constructor(options: LightChainOptions, parent?: LightChain, fork?: Fork) {
    this.#options = options
    this.#parent = parent
    this.#fork = fork
    this.dialect = options.dialect ?? cheapDialect
    this.last = options.last
  }

  /** The same chain up to a height, and another one from there on. */
  forked(fork: Fork, last: bigint = this.last): LightChain {
    const membersAt = (height: bigint): readonly number[] =>
      height > fork.from && fork.membersAt !== undefined
        ? fork.membersAt(height)
        : this.#options.membersAt(height)
    return new LightChain({ ...this.#options, last, membersAt }, this, fork)
  }

  /** The same chain, which is not as high. */
  shortened(last: bigint): LightChain {
    return this.forked({ from: last + 1n, change: (header) => header }, last)
  }

  at(height: bigint): LightBlock {
    if (this.#fork !== undefined && height < this.#fork.from) return this.#parent!.at(height)
    const known = this.#blocks.get(height)
    if (known !== undefined) return known
    const block = this.#make(height)
    this.#blocks.set(height, block)
    return block
  }

  validatorsAt(height: bigint): ValidatorSet {
    const { membersAt, signerOf = cheapSigner } = this.#options
    const members = membersAt(height).map((number) => {
      const signer = this.#byNumber.get(number) ?? signerOf(number)
      this.#byNumber.set(number, signer)
      this.#signers.set(toHex(validatorAddress(signer.publicKey)), signer)
      return { publicKey: signer.publicKey, power: 10n }
    })
    return createValidatorSet(members)
  }

  #make(height: bigint): LightBlock {
    const validatorSet = this.validatorsAt(height)
    const hash = sha256(Uint8Array.of(7))
    const plain: Header = {
      version: { block: 11n, app: 1n },
      chainId: LIGHT_CHAIN_ID,
      height,
      time: timeAt(height),
      lastBlockId: this.#lastBlockId(height),
      lastCommitHash: hash,
      dataHash: hash,
      validatorsHash: validatorsHash(validatorSet.validators),
      nextValidatorsHash: validatorsHash(this.validatorsAt(height + 1n).validators),
      consensusHash: hash,
      appHash: hash,
      lastResultsHash: hash,
      evidenceHash: hash,
      proposerAddress: validatorSet.validators[0]!.address,
    }
    const header = this.#fork === undefined ? plain : this.#fork.change(plain)
    const blockId = { hash: headerHash(header), partSetHeader: { total: 1, hash } }
    const signatures = validatorSet.validators.map((one) => this.#sign(one, height, blockId))
    const round = this.#fork?.round ?? 0
    const commit: Commit = { height, round, blockId, signatures }
    return { signedHeader: { header, commit }, validatorSet }
  }

  /** Short chains are linked; nobody goes back over long ones. */
  #lastBlockId(height: bigint): BlockId | undefined {
    if (height === 1n) return undefined
    if (this.last > 500n) return fakeBlockId(height - 1n)
    return this.at(height - 1n).signedHeader.commit.blockId
  }

  #sign({ address }: Validator, height: bigint, blockId: BlockId): CommitSig {
    const signer = this.#signers.get(toHex(address))!
    const { signerOf = cheapSigner } = this.#options
    const { signers, round = 0 } = this.#fork ?? {}
    const isSilent =
      signers !== undefined &&
      !signers.some((number) => equalBytes(signerOf(number).publicKey, signer.publicKey))
    if (isSilent) return { flag: 'absent' }
    const timestamp = timeAt(height + 1n)
    const vote = { type: 'precommit', height, round, blockId, timestamp } as const
    const signature = signer.sign(canonicalVoteBytes(LIGHT_CHAIN_ID, vote))
    return { flag: 'commit', validatorAddress: address, timestamp, signature }
  }
}
