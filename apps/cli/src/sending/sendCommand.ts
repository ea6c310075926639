/** A command that sends a transaction. */

import type { Call, Command, Flags } from '@wadi/node-config/command'
import { AddressBook } from '../accounts/addressBook.ts'
import { ASKED_FIRST } from '../command/explanations.ts'
import { type WadiWorld, wadiCommand } from '../command/wadiCommand.ts'
import type { wadiFlags } from '../command/wadiFlags.ts'
import { withNetwork } from '../network/withNetwork.ts'
import { type Order, type Sender, send } from './send.ts'
import { sendFlags } from './sendFlags.ts'

type Sent<T extends Flags> = Call<T & typeof sendFlags & typeof wadiFlags>

/** What is said of it, and how the order is made. */
interface Declared<T extends Flags> extends Omit<Command<T>, 'run'> {
  order(call: Sent<T>, sender: Sender, world: WadiWorld): Order | Promise<Order>
}

/** Declares it. */
export function sendCommand<const T extends Flags>(declared: Declared<T>): Command {
  const { order, options, details = [], ...rest } = declared
  const all = { ...sendFlags, ...options }
  return wadiCommand({
    ...rest,
    details: [...details, ...ASKED_FIRST],
    options: all,
    run(call, world) {
      const whole = call as unknown as Sent<T>
      const flags = whole.flags as Sender['flags']
      return withNetwork(flags, world, async (network) => {
        const book = await AddressBook.open(network, world)
        const account = book.own(flags.account)
        const sender = { flags, world, network, book, account }
        return await send(sender, await order(whole, sender, world))
      })
    },
  }) as unknown as Command
}
