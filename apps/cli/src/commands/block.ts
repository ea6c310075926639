import { toHex } from '@wadi/base/bytes'
import { printTime } from '@wadi/cbor/time'
import { printAddress, stakingAddress } from '@wadi/primitives/address'
import { decode } from '@wadi/protobuf/codec'
import { Header } from '@wadi/tendermint/types/header'
import { AddressBook } from '../accounts/addressBook.ts'
import { answer } from '../command/answer.ts'
import { operandsOf } from '../command/operands.ts'
import { wadiCommand } from '../command/wadiCommand.ts'
import { errors } from '../errors.ts'
import { type Network, withNetwork } from '../network/withNetwork.ts'
import {
  type BlockTransaction,
  blockTransactionJson,
  outcomeText,
  sentenceOf,
} from '../words/blockTransaction.ts'
import { factLines } from '../words/lines.ts'
import { parseHeight } from '../words/numbers.ts'
import type { Speaker } from '../words/sayTransaction.ts'

type Range = Awaited<ReturnType<Network['blocks']['heights']>>

/** Refuses heights that the node does not have. */
function requireBlock({ blocks }: Network, height: bigint, { first, last }: Range): void {
  if (height >= first && height <= last) return
  throw errors.notFound(`${blocks.absent(height)}; ask for one from ${first} to ${last}`)
}

/** The entity whose node proposed it. */
async function proposerOf({ client }: Network, height: bigint, header: Uint8Array) {
  const { proposerAddress: address } = decode(Header, header)
  const { entityId } = await client.registry.getNodeByConsensusAddress({ height, address })
  return stakingAddress(entityId)
}

function transactionLines(all: readonly BlockTransaction[], speaker: Speaker): readonly string[] {
  return all.flatMap((each) => [
    '',
    sentenceOf(each, speaker),
    `  ${outcomeText(each)}, ${each.hash}`,
  ])
}

/** `wadi block`. */
export const block = wadiCommand({
  name: 'block',
  summary: 'show what is in a block, in words',
  details: [
    '[height] is its number: 1 is the first. Without it, it is the last block; with --verify it is the',
    'one before, because what became of transactions is proved by the next block.',
  ],
  examples: ['wadi block', 'wadi block 42'],
  operands: '[height]',
  options: {},
  run: ({ flags, operands }, world) =>
    withNetwork(flags, world, async (network) => {
      const { client, blocks, token } = network
      const [text] = operandsOf(operands, 'height?')
      const asked = text === undefined ? undefined : parseHeight(text)
      const range = await blocks.heights()
      if (asked !== undefined) requireBlock(network, asked, range)
      const block = await client.consensus.getBlock(asked ?? range.last)
      const { height, hash, time, size, meta } = block
      const [all, proposer] = await Promise.all([
        blocks.transactions(height),
        proposerOf(network, height, meta.header),
      ])
      const book = await AddressBook.open(network, world)
      const speaker = { token, print: book.print.bind(book) }
      const json = {
        height,
        hash: toHex(hash),
        time: printTime(time),
        size,
        proposer: printAddress(proposer),
        transactions: all.map((each) => blockTransactionJson(each, speaker)),
      }
      const lines = factLines([
        ['Block', height],
        ['Hash', json.hash],
        ['Time', json.time],
        ['Size', `${size} bytes`],
        ['Proposed by', book.print(proposer)],
        ['Transactions', all.length],
      ])
      return answer(flags, world, { json, lines: [...lines, ...transactionLines(all, speaker)] })
    }),
})
