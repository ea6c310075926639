import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { make } from '@wadi/cbor/codec'
import { keyedMap } from '@wadi/cbor/collections'
import { text } from '@wadi/cbor/scalars'
import { Parameters as ChurpParameters } from '@wadi/consensus/churp'
import { type GenesisDocument, parseGenesis, printGenesis } from '@wadi/consensus/genesis/document'
import { Application } from '@wadi/consensus-services/application'
import type { Halted } from '@wadi/consensus-services/application/halt'
import { checkGenesis } from '@wadi/consensus-services/checkGenesis'
import { exportGenesis } from '@wadi/consensus-services/exportGenesis'
import { genesisValidators } from '@wadi/consensus-services/genesisValidators'
import { services } from '@wadi/consensus-services/services'
import { forbidKeys, TEST_PUBLIC_KEYS } from '@wadi/crypto/signature/forbiddenKeys'
import { signatureRules } from '@wadi/crypto/signature/verification'
import type { Tree } from '@wadi/mkvs/tree'
import { add, ZERO } from '@wadi/primitives/quantity'
import { RESERVED_PUBLIC_KEYS } from '@wadi/primitives/reservedAddresses'
import '../src/coverage.ts'
import { remainderOf } from '../src/dumpRestore.ts'
import { readChain } from '../src/recordedChain.ts'
import type { RecordedBlock } from '../src/records.ts'
import { replayedBlock } from '../src/replay/recordedHeader.ts'
import { chainOf } from '../src/replay/replayChain.ts'
import { ReplayedState } from '../src/replay/stateStore.ts'
import { listChains, readNdjson, readVector } from '../src/vectors.ts'
import { decide } from '../src/workload/blocks.ts'
import { openApplication } from '../src/workload/openApplication.ts'

function originOf(chain: string): GenesisDocument {
  return parseGenesis(Buffer.from(readVector(join('chains', chain, 'genesis.json'))).toString())
}

/** The state at the end of a recorded chain, as a document. */
function dumpOf(chain: string): { readonly tree: Tree; readonly dump: GenesisDocument } {
  const state = new ReplayedState('none')
  let last: RecordedBlock | undefined
  for (const record of readNdjson<RecordedBlock>(`chains/${chain}/blocks.ndjson.gz`)) {
    state.adopt(record)
    last = record
  }
  assert.ok(last)
  const { time } = replayedBlock(last)
  const { tree } = state
  return {
    tree,
    dump: exportGenesis({ height: BigInt(last.height), time, state: tree }, originOf(chain)),
  }
}

/** The state with which a chain begins. */
function begin(document: GenesisDocument): Tree {
  const chain = chainOf(document)
  const store = new ReplayedState('none')
  const application = new Application({ chain, services, store })
  application.initChain({ document, validators: genesisValidators(document, chain.signatures) })
  return store.tree
}

/** A node of the network accepts the document. */
function check(document: GenesisDocument): void {
  const { isDebug } = chainOf(document)
  const forbidden = forbidKeys(RESERVED_PUBLIC_KEYS, isDebug ? [] : TEST_PUBLIC_KEYS)
  checkGenesis(document, { isDebug, signatures: signatureRules(forbidden) })
}

const CHURP_PARAMETERS = make(ChurpParameters, {
  gasCosts: keyedMap(
    text,
    ['create', 'update', 'apply', 'confirm'].map((operation) => [operation, 1_000n] as const),
  ),
})

/** A dump as the next one is: what a chain that begins with it changes of it. */
function begun(dump: GenesisDocument): GenesisDocument {
  const { beacon, staking, keymanager } = dump
  const { backend, debugMockBackend } = beacon.params
  const isWithoutEpoch = debugMockBackend && backend === 'insecure'
  const statuses = keymanager.churp?.statuses ?? []
  return {
    ...dump,
    beacon: { ...beacon, base: isWithoutEpoch ? 0n : beacon.base },
    staking: {
      ...staking,
      commonPool: add(staking.commonPool, staking.lastBlockFees),
      lastBlockFees: ZERO,
    },
    keymanager: { ...keymanager, churp: { params: CHURP_PARAMETERS, statuses } },
  }
}

describe('a chain that begins with a dump', () => {
  for (const chain of listChains()) {
    it(`${chain}: has what is known to remain, and dumps the same again`, () => {
      const { tree, dump } = dumpOf(chain)
      const document = parseGenesis(printGenesis(dump))
      assert.equal(printGenesis(document), printGenesis(dump))
      check(document)
      const restored = begin(document)
      assert.deepEqual(remainderOf(restored), remainderOf(tree))
      const { height, genesisTime: time } = dump
      const again = exportGenesis({ height, time, state: restored }, document)
      assert.equal(printGenesis(again), printGenesis(begun(dump)))
    })
  }
})

/** Chains with many kinds of records, and the height at which their nodes are halted. */
const HALTED = [
  ['keymanager-churp-txs', 45n],
  ['runtime-messages', 40n],
] as const

describe('a node that is halted', () => {
  for (const [name, height] of HALTED.filter(([chain]) => listChains().includes(chain)))
    it(`dumps the recorded state of the block before: ${name}`, () => {
      const { document, blocks } = readChain(name)
      const halts: Halted[] = []
      const options = { halt: { height }, onHalt: (halted: Halted) => halts.push(halted) }
      const { application } = openApplication(document, chainOf(document), options)
      const recorded = new ReplayedState('none')
      let time = document.genesisTime
      for (const record of blocks) {
        const block = replayedBlock(record)
        if (block.height === height) {
          assert.throws(() => application.beginBlock(block), { name: 'StopForUpgrade' })
          break
        }
        decide(application, block)
        recorded.adopt(record)
        time = block.time
      }
      const [halted, ...more] = halts
      assert.deepEqual([halted?.height, more.length], [height - 1n, 0])
      const dump = halted!.dumpGenesis({ origin: document, time })
      const expected = exportGenesis({ height: height - 1n, time, state: recorded.tree }, document)
      assert.equal(printGenesis(dump), printGenesis(expected))
      check(parseGenesis(printGenesis(dump)))
      assert.deepEqual(remainderOf(begin(dump)), remainderOf(recorded.tree))
    })
})
