import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EMPTY_BYTES, toHex, toUtf8 } from '@wadi/base/bytes'
import { UnavailableError } from '@wadi/base/errors'
import { publicKeyOfSeed, signMessage } from '@wadi/crypto/ed25519/sign'
import { readWhole, replaceFile } from '@wadi/node-storage/file-system'
import { MemoryFiles } from '@wadi/node-storage/memory-files'
import type { PublicKey } from '@wadi/primitives/publicKey'
import { oasisDialect } from '@wadi/tendermint/dialect'
import { LAST_SIGN_FILE_NAME } from '@wadi/tendermint/lastSign'
import { canonicalProposalBytes, canonicalVoteBytes } from '@wadi/tendermint/signBytes'
import type { BlockId } from '@wadi/tendermint/types/blockId'
import type { Proposal } from '@wadi/tendermint/types/proposal'
import type { Vote } from '@wadi/tendermint/types/vote'
import fc from 'fast-check'
import { FileSigner } from './fileSigner.ts'
import { LAST_SIGN_FILE_BYTES_MAX } from './limits.ts'
import type { PrivateValidator, SignAnswer } from './privateValidator.ts'

const SEED = new Uint8Array(32).fill(3)
const KEY = publicKeyOfSeed(SEED) as PublicKey
const CHAIN = 'chain'
const PATH = `keys/${LAST_SIGN_FILE_NAME}`

function open(files: MemoryFiles, publicKey = KEY): FileSigner {
  return new FileSigner({
    files,
    folder: 'keys',
    publicKey,
    dialect: oasisDialect,
    sign: (message) => signMessage({ seed: SEED, publicKey: KEY }, oasisDialect.prehash(message)),
  })
}

function block(fill: number): BlockId {
  const hash = new Uint8Array(32).fill(fill)
  return { hash, partSetHeader: { total: 1, hash } }
}

/** Something to sign: step 1 is a proposal, 2 and 3 are votes. */
interface Wish {
  readonly height: number
  readonly round: number
  readonly step: number
  readonly blockNumber: number
  readonly seconds: number
}

function voteOf({ height, round, step, blockNumber, seconds }: Wish): Vote {
  return {
    type: step === 2 ? 'prevote' : 'precommit',
    height: BigInt(height),
    round,
    blockId: blockNumber === 0 ? undefined : block(blockNumber),
    timestamp: { seconds: BigInt(seconds), nanoseconds: 1 },
    validatorAddress: new Uint8Array(20),
    validatorIndex: 0,
    signature: EMPTY_BYTES,
  }
}

function proposalOf({ height, round, blockNumber, seconds }: Wish): Proposal {
  return {
    height: BigInt(height),
    round,
    polRound: -1,
    blockId: block(blockNumber),
    timestamp: { seconds: BigInt(seconds), nanoseconds: 1 },
    signature: EMPTY_BYTES,
  }
}

function ask(signer: PrivateValidator, wish: Wish): SignAnswer<Vote | Proposal> {
  const answers: SignAnswer<Vote | Proposal>[] = []
  const done = (answer: SignAnswer<Vote | Proposal>): void => void answers.push(answer)
  if (wish.step === 1) signer.signProposal(CHAIN, proposalOf(wish), done)
  else signer.signVote(CHAIN, voteOf(wish), done)
  assert.equal(answers.length, 1, 'it answers at once, and once')
  return answers[0]!
}

function wish(height: number, round: number, step: number, blockNumber = 1): Wish {
  return { height, round, step, blockNumber, seconds: 5 }
}

function isGood(signed: Vote | Proposal): boolean {
  const message =
    'type' in signed ? canonicalVoteBytes(CHAIN, signed) : canonicalProposalBytes(CHAIN, signed)
  return oasisDialect.verify({ publicKey: KEY, message, signature: signed.signature })
}

describe('a signer with a file', () => {
  it('signs what comes later, and says what is the highest height', () => {
    const signer = open(new MemoryFiles())
    assert.equal(signer.lastSignedHeight, 0n)
    for (const asked of [
      wish(1, 0, 1),
      wish(1, 0, 2),
      wish(1, 0, 3, 0),
      wish(1, 1, 2),
      wish(7, 0, 3),
    ]) {
      const answer = ask(signer, asked)
      assert.ok(answer.kind === 'signed' && isGood(answer.signed))
    }
    assert.equal(signer.lastSignedHeight, 7n)
  })

  it('signs the same again with the first signature and its time', () => {
    const files = new MemoryFiles()
    for (const step of [1, 2, 3]) {
      const signer = open(files)
      const first = ask(signer, wish(4, 1, step))
      signer.close()
      const again = open(files)
      assert.deepEqual(ask(again, { ...wish(4, 1, step), seconds: 9 }), first)
      const other = ask(again, wish(4, 1, step, 2))
      assert.deepEqual(other, { kind: 'refused', why: 'conflicting-message' })
      again.close()
    }
  })

  it('refuses what is lower', () => {
    const signer = open(new MemoryFiles())
    ask(signer, wish(5, 2, 2))
    const whys = [wish(4, 9, 3), wish(5, 1, 3), wish(5, 2, 1)].map((asked) => ask(signer, asked))
    assert.deepEqual(
      whys.map((answer) => answer.kind === 'refused' && answer.why),
      ['height-regression', 'round-regression', 'step-regression'],
    )
  })

  it('leaves the file in the form of the reference', () => {
    const files = new MemoryFiles()
    const answer = ask(open(files), wish(5, 1, 2))
    assert.ok(answer.kind === 'signed')
    const found = JSON.parse(String.fromCharCode(...readWhole(files, PATH)))
    assert.deepEqual(found, {
      height: 5,
      round: 1,
      step: 2,
      signature: Buffer.from(answer.signed.signature).toString('base64'),
      signbytes: toHex(canonicalVoteBytes(CHAIN, answer.signed as Vote)).toUpperCase(),
      public_key: Buffer.from(KEY).toString('base64'),
    })
  })

  it('is alone with its file', () => {
    const files = new MemoryFiles()
    const signer = open(files)
    assert.throws(() => open(files), { reason: 'signing.held' })
    signer.close()
    assert.throws(() => ask(signer, wish(1, 0, 2)), { reason: 'signing.closed' })
    open(files)
  })

  it('refuses the file of another key, and one that is too long', () => {
    const files = new MemoryFiles()
    open(files).close()
    const other = publicKeyOfSeed(new Uint8Array(32)) as PublicKey
    assert.throws(() => open(files, other), { reason: 'signing.damaged', message: /of the key/ })
    const text = toUtf8(' '.repeat(LAST_SIGN_FILE_BYTES_MAX + 1))
    replaceFile(files, 'keys', LAST_SIGN_FILE_NAME, [text])
    assert.throws(() => open(files), { reason: 'signing.damaged', message: /too long/ })
  })

  it('signs nothing more when it could not note a signature', () => {
    const files = new MemoryFiles()
    const signer = open(files)
    files.limitRoom(10)
    assert.throws(() => ask(signer, wish(1, 0, 2)), { reason: 'storage.full' })
    files.limitRoom(100_000)
    assert.throws(() => ask(signer, wish(1, 0, 3)), { reason: 'storage.full' })
  })
})

describe('a signer whose file has any byte flipped', () => {
  it('refuses it in words, or reads what was written', () => {
    const files = new MemoryFiles()
    const signer = open(files)
    for (const asked of [undefined, wish(5, 1, 1), wish(5, 1, 2), wish(12, 0, 3, 0)]) {
      if (asked !== undefined) ask(signer, asked)
      const bytes = readWhole(files, PATH)
      let refusedCount = 0
      for (let at = 0; at < bytes.length; at++)
        for (const mask of [1, 4, 16, 128]) {
          const copy = new MemoryFiles()
          const content = bytes.slice()
          content[at] = content[at]! ^ mask
          copy.openWrite(PATH).write([content], 0)
          try {
            const damaged = open(copy)
            const height = asked?.height ?? 0
            assert.equal(damaged.lastSignedHeight, BigInt(height))
            if (asked === undefined) continue
            assert.equal(ask(damaged, { ...asked, blockNumber: 9 }).kind, 'refused')
          } catch (error) {
            assert.ok(error instanceof UnavailableError && error.reason === 'signing.damaged')
            refusedCount++
          }
        }
      assert.ok(refusedCount > bytes.length)
    }
  })
})

describe('a signer that crashes and starts again', () => {
  it('never signs two things of the same height, round and step', () => {
    const wishes = fc.record({
      height: fc.integer({ min: 1, max: 3 }),
      round: fc.nat(1),
      step: fc.integer({ min: 1, max: 3 }),
      blockNumber: fc.integer({ min: 1, max: 2 }),
      seconds: fc.nat(2),
    })
    const lives = fc.array(
      fc.record({
        wishes: fc.array(wishes, { maxLength: 12 }),
        failAfter: fc.nat(40),
        seed: fc.nat(),
      }),
      { maxLength: 8 },
    )
    fc.assert(
      fc.property(lives, (planned) => {
        const files = new MemoryFiles()
        const left = new Map<string, string>()
        for (const life of planned) {
          try {
            const signer = open(files)
            files.failAfter(life.failAfter)
            for (const asked of life.wishes) {
              const answer = ask(signer, asked)
              if (answer.kind === 'refused') continue
              assert.ok(isGood(answer.signed))
              const place = `${asked.height}/${asked.round}/${asked.step}`
              const signature = toHex(answer.signed.signature)
              assert.equal(left.get(place) ?? signature, signature)
              left.set(place, signature)
            }
          } catch (error) {
            assert.ok(error instanceof UnavailableError && error.reason === 'storage.io')
          }
          let state = life.seed
          files.cutPower((bound) => {
            state = (Math.imul(state, 1664525) + 1013904223) >>> 0
            return (state >>> 8) % bound
          })
        }
      }),
      { numRuns: 150 },
    )
  })
})
