/** A command that sends a transaction to a ParaTime. */

import type { Call, Command, Flags } from '@wadi/node-config/command'
import { AddressBook } from '../accounts/addressBook.ts'
import { ASKED_FIRST, WHAT_IS_HIDDEN, WHICH_PARATIME } from '../command/explanations.ts'
import { wadiCommand } from '../command/wadiCommand.ts'
import type { wadiFlags } from '../command/wadiFlags.ts'
import { errors } from '../errors.ts'
import { type Network, withNetwork } from '../network/withNetwork.ts'
import { sendFlags } from '../sending/sendFlags.ts'
import { keyFlags, paratimeAccount } from './paratimeAccount.ts'
import { openPlace } from './paratimePlace.ts'
import { type ParatimeOrder, type ParatimeSender, sendParatime } from './sendParatime.ts'

const { account, yes, timeout, gas, 'fee-max': feeMax } = sendFlags
const ownFlags = {
  account,
  yes,
  timeout,
  gas: {
    ...gas,
    doc: `${gas.doc}, or if it is encrypted a sixteenth of what there is for a round`,
  },
  'fee-max': feeMax,
  encrypted: {
    kind: 'boolean',
    doc: 'encrypt what is called, and the answer, for a ParaTime that has a key manager',
    fallback: false,
  },
  verify: {
    kind: 'boolean',
    doc: 'with --encrypted: take no key unless the network proves that its signer is the right one',
    fallback: false,
  },
  ...keyFlags,
} as const

type Sent<T extends Flags> = Call<T & typeof ownFlags & typeof wadiFlags>

/** What is said of it, and how the order is made. The ParaTime is always the first operand. */
interface Declared<T extends Flags> extends Omit<Command<T>, 'run'> {
  order(call: Sent<T>, sender: ParatimeSender): ParatimeOrder | Promise<ParatimeOrder>
}

/** Declares it. */
export function paratimeCommand<const T extends Flags>(declared: Declared<T>): Command {
  const { order, options, details = [], ...rest } = declared
  return wadiCommand({
    ...rest,
    details: [...details, ...WHICH_PARATIME, ...WHAT_IS_HIDDEN, ...ASKED_FIRST],
    options: { ...ownFlags, ...options },
    run(call, world) {
      const whole = call as unknown as Sent<T>
      const flags = whole.flags as ParatimeSender['flags'] & Parameters<typeof paratimeAccount>[1]
      const [text] = whole.operands
      if (text === undefined)
        throw errors.missingValue('<paratime> is wanted, and nothing was given; see --help')
      if (flags.verify && !flags.encrypted)
        throw errors.badValue(
          'nobody proves what a ParaTime says; ask without --verify, and believe the node, or with --encrypted, for which it proves who signs the key',
        )
      const send = async (network: Network) => {
        const book = await AddressBook.open(network, world)
        const from = paratimeAccount(book, flags, world.random)
        const place = await openPlace(network, text)
        const sender = { flags, world, book, place, account: from }
        return await sendParatime(sender, await order(whole, sender))
      }
      return withNetwork(flags, world, send, 'paratimes')
    },
  }) as unknown as Command
}
