import { describeBody } from '@wadi/node/describe-body'
import { AddressBook } from '../accounts/addressBook.ts'
import { answer } from '../command/answer.ts'
import { operandsOf } from '../command/operands.ts'
import { type WadiWorld, wadiCommand } from '../command/wadiCommand.ts'
import { errors } from '../errors.ts'
import { BLOCKS_BACK } from '../limits.ts'
import { type Network, withNetwork } from '../network/withNetwork.ts'
import {
  blockTransactionJson,
  feeText,
  outcomeText,
  sentenceOf,
} from '../words/blockTransaction.ts'
import { factLines } from '../words/lines.ts'
import { parseHeight } from '../words/numbers.ts'
import { type FoundTransaction, findTransaction } from './findTransaction.ts'

const HASH = /^[0-9a-f]{64}$/

interface Wanted {
  readonly hash: string
  readonly height: string
  readonly blocks: bigint
}

/** The heights that are looked through. */
async function rangeOf({ blocks: desk }: Network, { height, blocks }: Wanted) {
  if (blocks < 1n) throw errors.badValue(`--blocks is ${blocks}; give a number from 1 on`)
  if (height !== '') {
    const only = parseHeight(height)
    return { from: only, to: only, hasEarlier: false }
  }
  const { first: earliest, last: to } = await desk.heights()
  const first = to - blocks + 1n
  const hasEarlier = first > earliest
  return { from: hasEarlier ? first : earliest, to, hasEarlier }
}

async function find(network: Network, world: WadiWorld, wanted: Wanted): Promise<FoundTransaction> {
  const { from, to, hasEarlier } = await rangeOf(network, wanted)
  let at = to
  const range = { from, to, onHeight: (height: bigint) => (at = height) }
  const search = findTransaction(network.blocks, wanted.hash, range)
  const found = await world.progress.during(() => `Looking through block ${at}`, search)
  if (found !== undefined) return found
  const remedy = hasEarlier
    ? 'look further back with --blocks, or name its block with --height'
    : wanted.height === ''
      ? 'check the hash and the network: the node has no earlier blocks'
      : 'check the hash, or leave --height out to look through the last blocks'
  const where = from === to ? `block ${from} does not have` : `no block from ${from} to ${to} has`
  throw errors.notFound(`${where} the transaction ${wanted.hash}; ${remedy}`)
}

function hashOf(text: string): string {
  const hash = text.toLowerCase().replace(/^0x/, '')
  if (HASH.test(hash)) return hash
  throw errors.badValue(
    `${JSON.stringify(text)} is no hash of a transaction; give all of its 64 digits`,
  )
}

/** `wadi transaction`. */
export const transaction = wadiCommand({
  name: 'transaction',
  summary: 'show what a transaction does, and what became of it',
  details: [
    '<hash> is what was said when it was sent: 64 digits. A node finds no transaction by its hash, so',
    'that blocks are looked through, from the last one backwards; faster is to say which it is in.',
  ],
  examples: ['wadi transaction 49f5…', 'wadi transaction 49f5… --height 42'],
  operands: '<hash>',
  options: {
    height: {
      kind: 'text',
      doc: 'the number of the block that it is in',
      fallback: '',
      word: 'number',
    },
    blocks: {
      kind: 'integer',
      doc: 'how many blocks are looked through, backwards',
      fallback: BLOCKS_BACK,
      word: 'count',
    },
  },
  run: ({ flags, operands }, world) =>
    withNetwork(flags, world, async (network) => {
      const hash = hashOf(operandsOf(operands, 'hash')[0])
      const { found, height } = await find(network, world, { hash, ...flags })
      const book = await AddressBook.open(network, world)
      const speaker = { token: network.token, print: book.print.bind(book) }
      const { transaction: opened } = found.opened ?? {}
      const facts = factLines([
        ['Transaction', hash],
        ['Block', height],
        ['State', outcomeText(found)],
        ['In short', sentenceOf(found, speaker)],
        ['Method', opened?.method],
        ['Fee', feeText(found, speaker)],
        ['Nonce', opened?.nonce],
      ])
      const body = opened && describeBody(opened.method, opened.body, network.token)
      const lines = [...facts, ...(body ?? []).map((line) => `  ${line}`)]
      const json = { height, ...(blockTransactionJson(found, speaker) as object) }
      return answer(flags, world, { json, lines })
    }),
})
