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
import { LAST, type Network, withNetwork } from '../network/withNetwork.ts'
import {
  type BlockTransaction,
  blockTransaction,
  blockTransactionJson,
  outcomeText,
  sentenceOf,
} from '../words/blockTransaction.ts'
import { factLines } from '../words/lines.ts'
import { parseHeight } from '../words/numbers.ts'
import type { Speaker } from '../words/sayTransaction.ts'

/** Refuses heights that the node does not have. */
async function requireBlock({ client }: Network, height: bigint): Promise<void> {
  const { latestHeight, lastRetainedHeight } = await client.consensus.getStatus()
  if (height >= lastRetainedHeight && height <= latestHeight) return
  throw errors.notFound(
    `the node has no block ${height}; ask for one from ${lastRetainedHeight} to ${latestHeight}`,
  )
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
  details: ['[height] is its number: 1 is the first. Without it, it is the last block.'],
  examples: ['wadi block', 'wadi block 42'],
  operands: '[height]',
  options: {},
  run: ({ flags, operands }, world) =>
    withNetwork(flags, world, async (network) => {
      const { client, token } = network
      const [text] = operandsOf(operands, 'height?')
      const asked = text === undefined ? LAST : parseHeight(text)
      if (text !== undefined) await requireBlock(network, asked)
      const { height, hash, time, size, meta } = await client.consensus.getBlock(asked)
      const [{ transactions, results }, proposer] = await Promise.all([
        client.consensus.getTransactionsWithResults(height),
        proposerOf(network, height, meta.header),
      ])
      const book = await AddressBook.open(network, world)
      const speaker = { token, print: book.print.bind(book) }
      const all = transactions.map((bytes, i) => blockTransaction(bytes, results[i]))
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
