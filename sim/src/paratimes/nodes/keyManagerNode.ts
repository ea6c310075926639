/** A node of the simulation that keeps secrets, with the worker of production. */

import { equalBytes } from '@wadi/base/bytes'
import { MetricsRegistry } from '@wadi/base/metrics'
import { randomBelow } from '@wadi/base/random'
import { decode, encode } from '@wadi/cbor/codec'
import type { HostedRuntime } from '@wadi/contracts/runtime-host'
import { contextOf } from '@wadi/crypto/signature/context'
import { contexts } from '@wadi/crypto/signature/contexts'
import { multiSignValue } from '@wadi/primitives/envelope'
import { MultiSignedNode, Node } from '@wadi/primitives/node'
import { insecureIdentity } from '@wadi/runtime-keymanager/identity'
import { KeyServer } from '@wadi/runtime-keymanager/keyServer'
import { testTrustedSigners } from '@wadi/runtime-keymanager/policy'
import { EnclaveCaller } from '@wadi/workers/enclave-caller'
import { KeyManagerWorker } from '@wadi/workers/key-manager-worker'
import type { KeyMisdeed } from '../plan/paratimeClasses.ts'
import type { NetLife, NetMember } from '../world/runtimeNet.ts'
import { falsifySecret } from './falseSecret.ts'
import { keyHost } from './keyHost.ts'
import { type Life, SimProcess, type Surroundings } from './simProcess.ts'

/** What a node is given once. */
export interface KeyManagerNodeOptions extends Surroundings {
  readonly misdeed: KeyMisdeed | undefined
  readonly callMsMax: number
  /** It does what nobody honest does. */
  readonly misdid: (misdeed: KeyMisdeed) => void
}

/** What runs in a life. */
interface Program {
  readonly server: KeyServer
  worker: KeyManagerWorker | undefined
  caller: EnclaveCaller | undefined
  host: HostedRuntime | undefined
}

const RETRY_MS = 1000

/** See the top of this file. */
export class KeyManagerNode extends SimProcess<Program> {
  readonly #options: KeyManagerNodeOptions
  /** What the enclave has sealed: on the disk at once. */
  readonly #sealed = new Map<string, Uint8Array>()

  constructor(options: KeyManagerNodeOptions) {
    super(options)
    this.#options = options
  }

  get isHonest(): boolean {
    return this.#options.misdeed === undefined
  }

  /** What it knows, if it lives and is ready. */
  get secret() {
    const { worker, server } = this.program ?? {}
    return worker?.state.isReady === true ? server?.enclave.store.current : undefined
  }

  protected prepare({ time }: Life): Program {
    const { chain, random } = this.#options
    const server = new KeyServer(chain.genesis.keyManagerId, {
      identity: insecureIdentity,
      policy: { trusted: testTrustedSigners, access: 'for everybody' },
      random,
      clock: time,
    })
    return { server, worker: undefined, caller: undefined, host: undefined }
  }

  /** The enclave follows the chain, as it is told to by notices in production. */
  protected applied({ worker, caller, host }: Program, height: bigint): void {
    const body = { height }
    host?.call({ kind: 'RuntimeConsensusSyncRequest', body }).catch(() => undefined)
    caller?.applied(height)
    worker?.applied(height)
  }

  protected async open(life: Life, program: Program, network: NetMember): Promise<void> {
    const { chain, keys, random } = this.#options
    const { network: genesis, keyManagerId: id } = chain.genesis
    const { chainContext } = genesis
    const log = this.logger()
    const world = { clock: life.time, timers: life.time, log }
    const onFatal = (error: unknown) => this.die(life, error)
    const caller = new EnclaveCaller({ ask: life.ask, network, chainContext, world, onFatal })
    const submitter = this.submitterOf(life)
    const host = this.#host(life, program.server, caller)
    const worker = new KeyManagerWorker({
      runtimeId: id,
      chainContext,
      nodeId: keys.node.publicKey,
      ask: life.ask,
      network,
      host,
      submit: async (call) => {
        if (this.#options.misdeed === 'silent-keys') this.#options.misdid('silent-keys')
        else await submitter.submit(this.signer, call)
      },
      place: {
        ready: (describe, registered) => {
          const body = encode(MultiSignedNode, this.#registration(describe))
          const call = { method: 'registry.RegisterNode', body }
          submitter.submit(this.signer, call).then(
            () => {
              if (this.isIn(life)) registered?.()
            },
            (error: unknown) => log.warn('not registered', { why: String(error) }),
          )
        },
        notReady: () => {},
      },
      privatePeers: [],
      rules: this.rules,
      world: { ...world, random, metrics: new MetricsRegistry() },
      retryMs: () => RETRY_MS,
      onFatal,
    })
    program.worker = worker
    program.caller = caller
    program.host = host
    caller.setKeyManager(id)
    worker.start()
    this.applied(program, life.height)
  }

  #host(life: Life, server: KeyServer, caller: EnclaveCaller): HostedRuntime {
    const { chain, random, callMsMax, misdeed, misdid } = this.#options
    return keyHost({
      id: chain.genesis.keyManagerId,
      server,
      chain,
      heightOf: () => life.height,
      storage: this.#sealed,
      caller,
      timers: life.time,
      callMs: () => 1 + randomBelow(random, callMsMax) + this.costMs,
      tamper: (request, answer) => {
        const changed = misdeed === undefined ? answer : falsifySecret(misdeed, request, answer)
        if (changed !== answer && misdeed !== undefined) misdid(misdeed)
        return changed
      },
    })
  }

  /** The node's descriptor as the network began with it, and what the key manager adds. */
  #registration(describe: (node: Node) => Node) {
    const { keys, chain } = this.#options
    const signed = chain.genesis.network.document.registry.nodes ?? []
    const known = signed.map((one) => decode(Node, one!.untrustedRawValue))
    const base = known.find(({ id }) => equalBytes(id, keys.node.publicKey))!
    const { entity: _, ...own } = keys
    const signers = Object.values(own).map(({ signer }) => chain.keys.signer(signer))
    const node = describe({ ...base, runtimes: [] })
    return multiSignValue(signers, contextOf(contexts.registerNode), Node, node)
  }

  protected readonly manners: Pick<NetLife, 'heard' | 'published' | 'reply'> = {
    heard: (message) => message,
    published: () => undefined,
    reply: (_method, reply) => reply,
  }
}
