/** Names of hosts and addresses of this machine, from the operating system. */

import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { networkInterfaces } from 'node:os'
import { UnavailableError } from '@wadi/base/errors'

/** What has to be asked of the world to know where a node is. */
export interface Names {
  /** An IP address of a host; the first of IPv4 if there is one. */
  lookUp(host: string): Promise<string>
  /** The IP address of the interface that leads into the internet. */
  outwardAddress(): Promise<string>
  /** Those of all interfaces. */
  ownAddresses(): readonly string[]
}

/**
 * COMPAT(oasis-core): the addresses of a network that swallows everything (AS112). Nothing is
 * sent to them: the system only says over which interface it would.
 */
const FAR = [
  { kind: 'udp4', host: '192.31.196.1' },
  { kind: 'udp6', host: '2001:4:112::1' },
] as const
const FAR_PORT = 53

function addressTowards({ kind, host }: (typeof FAR)[number]): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(kind)
    const end = (address: string | undefined) => {
      socket.close()
      resolve(address)
    }
    socket.on('error', () => end(undefined))
    socket.connect(FAR_PORT, host, () => end(socket.address().address))
  })
}

/** See the top of this file. */
export const nodeNames: Names = {
  async lookUp(host) {
    try {
      return (await lookup(host, { order: 'ipv4first' })).address
    } catch (error) {
      const words = `the host ${host} cannot be found`
      throw new UnavailableError('registration.host', words, { cause: error })
    }
  },
  async outwardAddress() {
    for (const far of FAR) {
      const address = await addressTowards(far)
      if (address !== undefined) return address
    }
    const words = 'failed to guess external address: set consensus.external_address'
    throw new UnavailableError('registration.outward', words)
  },
  ownAddresses: () =>
    Object.values(networkInterfaces())
      .flatMap((all = []) => all)
      // What is good on one link only means nothing elsewhere.
      .filter(({ scopeid }) => scopeid === undefined || scopeid === 0)
      .map(({ address }) => address),
}
