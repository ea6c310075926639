/** Gives tokens to whoever asks, over HTTP on the loopback interface. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { decode } from '@wadi/cbor/codec'
import type { NetworkAccount } from '@wadi/compose/network-keys'
import { signedTransfer } from '@wadi/compose/network-transfer'
import { type Address, parseAddress, printAddress } from '@wadi/primitives/address'
import { SignedTransaction } from '@wadi/primitives/transaction'
import type { NodeClient } from '@wadi/sdk/node-client'
import { FAUCET_REQUEST_BYTES_MAX, FAUCET_WAITING_MAX } from './limits.ts'

/** What a faucet gives with. */
export interface FaucetOptions {
  readonly port: number
  readonly client: NodeClient
  readonly chainContext: string
  readonly from: NetworkAccount
}

/** A faucet that is open. */
export interface Faucet {
  close(): void
}

/** What everybody gets: a hundred tokens. */
export const GIFT = 100n * 10n ** 9n

const HELP = `A faucet of a local network. It gives 100 tokens to an address:

  curl -X POST --data <address> http://127.0.0.1:<port>/
`
const HOST = '127.0.0.1'
const [GOOD, BAD, AWAY, BUSY, LARGE] = [200, 400, 503, 429, 413]

/** One gift after the other: each needs the nonce after the last one's. */
class Giver {
  readonly #options: FaucetOptions
  #last: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(options: FaucetOptions) {
    this.#options = options
  }

  get isBusy(): boolean {
    return this.#waiting >= FAUCET_WAITING_MAX
  }

  give(to: Address): Promise<void> {
    this.#waiting++
    const given = this.#last.then(() => this.#give(to)).finally(() => this.#waiting--)
    this.#last = given.catch(() => undefined)
    return given
  }

  async #give(to: Address): Promise<void> {
    const { client, chainContext, from } = this.#options
    const { general } = await client.staking.account({ height: 0n, owner: from.address })
    const order = { chainContext, from, to, amount: GIFT, nonce: general?.nonce ?? 0n }
    await client.consensus.submitTx(decode(SignedTransaction, signedTransfer(order)))
  }
}

/** Opens a faucet. */
export function openFaucet(options: FaucetOptions): Promise<Faucet> {
  const giver = new Giver(options)
  const server = createServer((request, response) => void answer(giver, request, response))
  server.maxConnections = FAUCET_WAITING_MAX
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const remedy = 'start again, and another port is chosen'
      const why = `the faucet cannot listen at ${HOST}:${options.port}: ${cause.message}; ${remedy}`
      reject(new UnavailableError('localnet.faucet', why, { cause }))
    })
    const close = () => {
      server.close()
      server.closeAllConnections()
    }
    server.listen({ host: HOST, port: options.port }, () => resolve({ close }))
  })
}

async function answer(
  giver: Giver,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const say = (status: number, text: string) => {
    response.writeHead(status, { 'content-type': 'text/plain', 'access-control-allow-origin': '*' })
    response.end(text)
  }
  if (request.method !== 'POST') return say(GOOD, HELP)
  if (giver.isBusy) return say(BUSY, 'too many are asking; ask again\n')
  const text = await readText(request)
  if (text === undefined) return
  if (text.length > FAUCET_REQUEST_BYTES_MAX)
    return say(LARGE, `a request has ${FAUCET_REQUEST_BYTES_MAX} bytes at most: an address alone\n`)
  try {
    const to = parseAddress(text.trim())
    await giver.give(to)
    return say(GOOD, `100 tokens are with ${printAddress(to)} now\n`)
  } catch (error) {
    if (error instanceof CodedError) return say(BAD, `${error.message}\n`)
    if (error instanceof UnavailableError) return say(AWAY, `${error.message}\n`)
    throw error
  }
}

/** What is asked, or so much of it that it is too much; undefined if whoever asked has hung up. */
function readText(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = ''
    // A byte is a character: addresses have no others.
    request.setEncoding('latin1').on('data', (chunk: string) => {
      // What is too much is let by, so that the answer arrives.
      if (text.length <= FAUCET_REQUEST_BYTES_MAX) text += chunk
      if (text.length > FAUCET_REQUEST_BYTES_MAX) resolve(text)
    })
    request.once('end', () => resolve(text))
    request.once('error', () => resolve(undefined))
    request.once('close', () => resolve(undefined))
  })
}
