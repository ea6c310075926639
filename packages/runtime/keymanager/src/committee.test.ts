import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { toHex } from '@wadi/base/bytes'
import { CodedError } from '@wadi/base/errors'
import { KeyPairId } from '@wadi/runtime-protocol/enclave-rpc/keys'
import fc from 'fast-check'
import * as keyMethods from './keyMethods.ts'
import { initialize, rotate } from './testing/secretLife.ts'
import { RUNTIME_ID, type TestNode, TestWorld } from './testing/testWorld.ts'

const NODE_COUNT = 3
const keyPairId = KeyPairId.check(new Uint8Array(32).fill(3))

/** What may happen to a committee. */
type Event =
  | { readonly kind: 'rotate' | 'restart' | 'wipe' | 'initialize' | 'switch'; readonly at: number }
  | { readonly kind: 'lose'; readonly count: number }

/** A committee to which things happen, and what everybody may rely on. */
class Committee {
  readonly world = new TestWorld(NODE_COUNT)
  /** The keys of each generation that was accepted, and its checksum. */
  readonly #keys: string[] = []
  readonly #checksums: string[] = []
  #lost = 0

  constructor() {
    this.world.intercept = (request, next) => {
      if (request.kind !== 'HostRPCCallRequest' || this.#lost === 0) return next()
      this.#lost--
      return { kind: 'Error', body: { module: 'unknown', code: 1, message: 'lost' } }
    }
  }

  happen(event: Event): void {
    if (event.kind === 'lose') {
      this.#lost = event.count
      return
    }
    const { at } = event
    const node = this.world.nodes[at]!
    if (event.kind === 'rotate') this.#rotate(at)
    else if (event.kind === 'initialize') this.#initialize(node)
    else if (event.kind === 'switch') node.isUp = !node.isUp
    else this.#restart(node, at, event.kind)
  }

  #restart(node: TestNode, at: number, how: 'restart' | 'wipe'): void {
    const fresh = this.world.addNode(at)
    if (how === 'restart') for (const entry of node.storage) fresh.storage.set(...entry)
  }

  /** Whoever cannot get ready lacks a secret, which nobody has given. */
  #initialize(node: TestNode): boolean {
    const { status } = this.world
    const lostBefore = this.#lost
    try {
      const { initResponse } = initialize(this.world, node)
      assert.deepEqual(initResponse.checksum, status.checksum ?? new Uint8Array(0))
      return true
    } catch (error) {
      assert.ok(error instanceof CodedError, String(error))
      assert.match(error.message, /^master secret generation \d+ not replicated$/)
      const others = this.world.nodes.filter((other) => other !== node && other.isUp)
      const { generation } = status
      const able = others.some(
        ({ server }) => server.enclave.store.current?.generation === generation,
      )
      assert.ok(!able || lostBefore > 0, 'somebody could have helped')
      return false
    }
  }

  #rotate(at: number): void {
    const ready = this.world.nodes.filter((node) => this.#initialize(node))
    const proposer = this.world.nodes[at]!
    if (!ready.includes(proposer)) return
    rotate(this.world, [proposer, ...ready.filter((node) => node !== proposer)])
    this.#checksums.push(toHex(this.world.status.checksum!))
    this.#keys.push(this.#keysOf(proposer, BigInt(this.#keys.length)))
  }

  #keysOf(node: TestNode, generation: bigint): string {
    const request = { height: this.world.height, runtimeId: RUNTIME_ID, keyPairId, generation }
    const conversation = keyMethods.longTermKeys(node.server.enclave, request, undefined)
    return toHex(this.world.run(node, conversation).stateKey)
  }

  /** Whoever has a secret has the right one, and all before it. */
  check(): void {
    for (const node of this.world.nodes) {
      const { current } = node.server.enclave.store
      if (current === undefined) continue
      assert.equal(toHex(current.checksum), this.#checksums[Number(current.generation)])
      for (let generation = 0n; generation <= current.generation; generation++)
        assert.equal(this.#keysOf(node, generation), this.#keys[Number(generation)])
    }
  }
}

const at = fc.nat({ max: NODE_COUNT - 1 })
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constant('rotate' as const), at }),
  fc.record({
    kind: fc.constantFrom(
      'restart' as const,
      'wipe' as const,
      'initialize' as const,
      'switch' as const,
    ),
    at,
  }),
  fc.record({ kind: fc.constant('lose' as const), count: fc.nat({ max: 12 }) }),
)

describe('a committee to which anything happens', () => {
  it('has the same keys everywhere, or none', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 14 }), (events) => {
        const committee = new Committee()
        for (const next of events) {
          committee.happen(next)
          committee.check()
        }
      }),
      { numRuns: 40 },
    )
  })
})
