import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as keys from '@wadi/consensus/scheduler/keys'
import { ROLES } from '@wadi/primitives/nodeRoles'
import { read } from '../kernel/state.ts'
import { EPOCH, type NetworkOptions, STAKE, testNetwork } from '../testing/testElection.ts'
import { testKey } from '../testing/testNodes.ts'
import { callElection } from './election.ts'
import { electValidators } from './validators.ts'

/** The numbers of the elected nodes, with their powers. */
function elect(options: NetworkOptions): Readonly<Record<number, bigint>> {
  const ctx = testNetwork(options)
  electValidators(ctx, callElection(ctx.state, EPOCH))
  const pending = read(ctx.state, keys.pendingValidators)
  return Object.fromEntries(
    Array.from(pending!, ([key, validator]) => {
      const n = numberOf(validator!.id)
      assert.deepEqual(key, testKey(2_000_000 + n))
      return [n, validator!.votingPower]
    }),
  )
}

function numberOf(key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset).getUint32(0)
}

function elected(options: NetworkOptions): readonly number[] {
  return Object.keys(elect(options)).map(Number)
}

const four = { 1: {}, 2: {}, 3: {}, 4: {} }
const stakes = { 1: 1_600n, 2: 3_200n, 3: 4_800n, 4: 6_400n }

for (const backend of ['vrf', 'insecure'] as const)
  describe(`electing validators, ${backend}`, () => {
    it('takes the nodes of the entities with the most stake', () => {
      const network = { backend, nodes: four, stakes }
      assert.deepEqual(elect(network), { 1: 100n, 2: 200n, 3: 300n, 4: 400n })
      assert.deepEqual(elected({ ...network, params: { maxValidators: 2n } }), [3, 4])
    })

    it('weighs them by the square root of the stake if the network wants', () => {
      const network = { backend, nodes: four, stakes, params: { votingPowerDistribution: 1 } }
      assert.deepEqual(elect(network), { 1: 40n, 2: 56n, 3: 69n, 4: 80n })
    })

    it('takes as many nodes of an entity as the network wants', () => {
      const nodes = { 1: {}, 2: { entity: 1 }, 3: { entity: 1 }, 4: {} }
      const count = (maxValidatorsPerEntity: bigint) => {
        const params = { maxValidatorsPerEntity }
        return elected({ backend, nodes, params }).filter((n) => n !== 4).length
      }
      assert.deepEqual([1n, 2n, 3n, 4n].map(count), [1, 2, 3, 3])
    })

    it('stops in the middle of an entity when all places are taken', () => {
      const nodes = { 1: {}, 2: { entity: 1 }, 3: { entity: 1 } }
      const params = { maxValidatorsPerEntity: 3n, maxValidators: 2n }
      assert.equal(elected({ backend, nodes, params }).length, 2)
    })

    it('lets one in if there are no places, as governance can have it', () => {
      for (const maxValidators of [0n, -1n])
        assert.equal(elected({ backend, nodes: four, params: { maxValidators } }).length, 1)
    })

    it('leaves out who does not validate, is frozen, or is over', () => {
      const nodes = {
        1: {},
        2: { node: { roles: ROLES.compute } },
        3: { status: { freezeEndTime: 1n } },
        4: { node: { expiration: EPOCH - 1n } },
        5: { node: { expiration: EPOCH } },
        6: { status: { electionEligibleAfter: EPOCH } },
      }
      assert.deepEqual(elected({ backend, nodes }), [1, 5, 6])
    })

    it('leaves out entities with less stake than they claim', () => {
      const network = { backend, nodes: four, stakes: { 2: STAKE - 1n, 3: STAKE } }
      assert.deepEqual(elected(network), [1, 3, 4])
    })

    it('asks for no stake in a network for tests, and gives everybody one vote', () => {
      const network = { backend, nodes: four, stakes: { ...stakes, 2: 0n } }
      const params = { debugBypassStake: true }
      assert.deepEqual(elect({ ...network, params }), { 1: 1n, 2: 1n, 3: 1n, 4: 1n })
    })

    it('stops the node if nobody or too few are elected', () => {
      const fatal = { name: 'BugError' }
      assert.throws(() => elect({ backend, nodes: {} }), fatal)
      assert.throws(() => elect({ backend, nodes: {}, params: { minValidators: 0n } }), fatal)
      assert.throws(() => elect({ backend, nodes: four, params: { minValidators: 5n } }), fatal)
      assert.equal(elected({ backend, nodes: four, params: { minValidators: 4n } }).length, 4)
    })

    it('stops the node if a stake is too much for CometBFT', () => {
      const network = { backend, nodes: four, stakes: { 1: 2n ** 67n } }
      assert.throws(() => elect(network), { reason: 'scheduler.powerOverflow' })
    })
  })

describe('lots among validators', () => {
  const nodes = {
    ...{ 1: {}, 2: {}, 3: {}, 4: {}, 5: {}, 6: {} },
    ...{ 11: { entity: 1 }, 12: { entity: 1 }, 13: { entity: 1 } },
  }
  const insecure = { backend: 'insecure', nodes } as const

  // The expected numbers are what the reference's published module elects in these networks.
  it('decide between entities of equal stake', () => {
    assert.deepEqual(elected({ ...insecure, params: { maxValidators: 3n } }), [2, 4, 13])
    const params = { maxValidators: 3n, debugBypassStake: true }
    assert.deepEqual(elected({ ...insecure, params }), [2, 4, 13])
  })

  it('decide between the nodes of an entity, by random bytes or by what they proved', () => {
    const params = { maxValidators: 1n }
    const network = { nodes, params, stakes: { 1: 9_999n } }
    assert.deepEqual(elected({ ...network, backend: 'insecure' }), [13])
    assert.deepEqual(elected({ ...network, backend: 'vrf' }), [11])
  })

  it('leave out who has not proved, if enough have', () => {
    const lazy = { 1: {}, 2: {}, 3: { proof: 'none' }, 4: { proof: 'none' } } as const
    assert.deepEqual(elected({ nodes: lazy, params: { minValidators: 2n } }), [1, 2])
    assert.deepEqual(elected({ nodes: lazy, params: { minValidators: 3n } }), [1, 2, 3, 4])
  })

  it('leave out the second of two nodes that have proved the same', () => {
    assert.deepEqual(elected({ nodes: { 1: {}, 2: { proof: 1 }, 3: {} } }), [1, 3])
  })
})
