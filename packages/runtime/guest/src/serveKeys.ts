/** The runtime side of the host protocol, for a key manager. */

import type { Duplex } from 'node:stream'
import type { Version } from '@wadi/primitives/version'
import { insecureIdentity } from '@wadi/runtime-keymanager/identity'
import { KeyServer } from '@wadi/runtime-keymanager/keyServer'
import type { TrustedSigners } from '@wadi/runtime-keymanager/policy'
import type { Body } from '@wadi/runtime-protocol/host-protocol/message'
import type { Request } from '@wadi/runtime-protocol/runtime'
import { converse } from './converse.ts'
import { announce, refuse, refuseHost, tell } from './handshake.ts'
import { HostConnection } from './hostConnection.ts'
import { processWorld } from './processWorld.ts'

/** A key manager without an enclave, which believes everybody: there is nothing that it guards. */
export interface KeyManagerProgram {
  readonly version: Version
  /** Who may sign its policies. */
  readonly trusted: TrustedSigners
}

/** Serves a host until it has gone. Rejects if the host did not keep to the protocol. */
export async function serveKeys(program: KeyManagerProgram, stream: Duplex): Promise<void> {
  const guest = new KeyManagerGuest(program, stream)
  await guest.connection.run()
}

const EMPTY: Body = { kind: 'Empty', body: {} }

class KeyManagerGuest {
  readonly connection: HostConnection
  readonly #program: KeyManagerProgram
  /** Undefined before the handshake. */
  #keyServer: KeyServer | undefined

  constructor(program: KeyManagerProgram, stream: Duplex) {
    this.#program = program
    this.connection = new HostConnection(stream, (request) => this.#answer(request))
  }

  async #answer(request: Body | undefined): Promise<Body> {
    try {
      return await this.#serve(request)
    } catch (error) {
      return tell(error)
    }
  }

  async #serve(request: Body | undefined): Promise<Body> {
    switch (request?.kind) {
      case 'RuntimeInfoRequest':
        return this.#shakeHands(request)
      case 'RuntimePingRequest':
      case 'RuntimeNotifyRequest':
        return EMPTY
      case 'RuntimeAbortRequest':
        // Nothing here works for long: what waits for the host is the host's own affair.
        return { kind: 'RuntimeAbortResponse', body: {} }
      default:
        if (this.#keyServer === undefined)
          return refuse('host environment information not configured')
        return this.#work(request, this.#keyServer)
    }
  }

  async #work(request: Body | undefined, keyServer: KeyServer): Promise<Body> {
    switch (request?.kind) {
      case 'RuntimeRPCCallRequest':
      case 'RuntimeLocalRPCCallRequest':
        return converse(this.connection, keyServer.serve(request))
      case 'RuntimeConsensusSyncRequest':
        await converse(this.connection, keyServer.enclave.view.sync(request.body.height))
        return { kind: 'RuntimeConsensusSyncResponse', body: {} }
      default:
        return refuse('method not supported')
    }
  }

  #shakeHands(request: Request<'RuntimeInfoRequest'>): Body {
    const refused = refuseHost(request, this.#keyServer === undefined ? 'not greeted' : 'greeted')
    if (refused !== undefined) return refused
    this.#keyServer = new KeyServer(request.body.runtimeId, {
      identity: insecureIdentity,
      policy: { trusted: this.#program.trusted, access: 'for everybody' },
      random: processWorld.random,
      clock: processWorld.clock,
    })
    // COMPAT(oasis-core): asks at once on which node it is, though only CHURP wants to know.
    process.nextTick(() => {
      this.connection.askAny({ kind: 'HostIdentityRequest', body: {} }).catch(() => undefined)
    })
    return announce({ version: this.#program.version, scheduleControl: undefined })
  }
}
