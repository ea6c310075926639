import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BugError } from '@wadi/base/errors'
import type { Context } from '@wadi/consensus-services/kernel/context'
import type { BlockEvent } from '@wadi/consensus-services/kernel/events'
import type { Method } from '@wadi/consensus-services/kernel/method'
import type { Service } from '@wadi/consensus-services/kernel/service'
import { services } from '@wadi/consensus-services/services'
import { readChain } from '../recordedChain.ts'
import type { RecordedBlock, RecordedEvent, RecordedTxResult } from '../records.ts'
import { areVectorsPresent } from '../vectors.ts'
import { type Around, aroundServices } from './aroundServices.ts'
import { BlockStopped, replayBlocks } from './replayChain.ts'
import { reportBlock, reportStop } from './report.ts'

const skip = areVectorsPresent() ? false : 'vectors absent'

const CHAIN = 'gas-fees'
/** A block of that chain: transaction 0 burns, transaction 1 are the metadata. */
const BURN_HEIGHT = 10
const BURN_HASH = '197518cc9740aec93547a664b62c7b4e612d566a6be84b53f7fae1194e2901e3'
const FEE_PAYER = 'oasis1qq7us2p22udg2t24u6ry4m29wzql005pjsske8gt'
const BURN_RULE = 'packages/consensus/services/src/staking/transactions/burn.ts'
const STAKING_BLOCKS = 'packages/consensus/services/src/staking/blocks.ts'
const OTHER_ROOT = '00'.repeat(32)

type Change = (block: RecordedBlock) => Partial<RecordedBlock>

/** Replays a chain of which one block is recorded otherwise, and gives the first report. */
function reportOf(change: Change, height = BURN_HEIGHT, rules = services): string {
  const { document, blocks } = readChain(CHAIN)
  function* changed() {
    for (const block of blocks)
      yield Number(block.height) === height ? { ...block, ...change(block) } : block
  }
  for (const step of replayBlocks({ document, blocks: changed() }, { services: rules }))
    if (step.differences.length > 0) return reportBlock(step)
  return 'identical'
}

/** Replays the chain as it is with rules that are not. */
function reportOfRules(rules: readonly Service[]): string {
  return reportOf(() => ({}), 0, rules)
}

/** The lines have to be in the report, one after the other, whatever is between them. */
function assertLines(report: string, lines: readonly string[]): void {
  const all = report.split('\n').map((line) => line.trim())
  let from = 0
  for (const line of lines) {
    const at = all.indexOf(line, from)
    assert.notEqual(at, -1, `no line "${line}" behind line ${from} of\n${report}`)
    from = at + 1
  }
}

function changeResult(change: (result: RecordedTxResult) => Partial<RecordedTxResult>): Change {
  return ({ tx_results: results }) => ({
    tx_results: results!.map((result, i) => (i === 0 ? { ...result, ...change(result) } : result)),
  })
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

describe('the report of a block that differs', { skip }, () => {
  it('of a result names height, transaction, hash, service, rule and both values', () => {
    const report = reportOf(changeResult(() => ({ code: 3, codespace: 'staking', log: 'why' })))
    assert.match(report, /^block 10 differs in 3 places\n/)
    assertLines(report, [
      'height       10 (2026-11-21T00:47:52Z, transactions 0 to 1)',
      'transaction  0: staking.Burn',
      `hash         ${BURN_HASH}`,
      'service      staking',
      `rule         ${BURN_RULE}`,
      'because      code differs',
      'keys         none: the state is the recorded one',
      'transaction 0: staking.Burn',
      'nonce   7, fee 10 for 10 gas',
      'body    .amount 100',
      'code',
      'recorded  3',
      'ours      0',
      'codespace',
      'recorded  "staking"',
      'log',
      'recorded  why',
      'ours      nothing',
    ])
  })

  it('of an event that was not recorded, or is missing, shows that one and not those behind it', () => {
    const drop = (events: readonly RecordedEvent[]) => events.filter((_, i) => i !== 0)
    const extra = reportOf(changeResult(({ events }) => ({ events: drop(events!) })))
    assert.match(extra, /^block 10 differs in 1 place\n/)
    assertLines(extra, ['because      event 0 differs', 'event 0', 'recorded  no such event'])
    const twice = (events: readonly RecordedEvent[]) => [events[0]!, ...events]
    const missing = reportOf(changeResult(({ events }) => ({ events: twice(events!) })))
    assert.match(missing, /^block 10 differs in 1 place\n/)
    assertLines(missing, ['ours      no such event'])
  })

  it('of an event that says something else shows what, decoded', () => {
    const report = reportOf(({ begin_events: events }) => ({
      begin_events: events!.map((event, i) => {
        const [[key, value]] = event.attrs as [[string, string]]
        const bytes = Buffer.from(value, 'base64')
        // The last field is the amount.
        bytes[bytes.length - 1] = 7
        return i === 0 ? { ...event, attrs: [[key, base64(bytes)]] } : event
      }),
    }))
    assertLines(report, [
      'transaction  none: the beginning of the block (BeginBlock)',
      'service      staking',
      `rule         ${STAKING_BLOCKS}`,
      'because      event 0, staking transfer .amount differs',
      'the beginning of the block (BeginBlock)',
      'event 0, staking transfer .amount',
      'recorded  7',
    ])
  })

  it('of what two services tell names both, for one may have asked the other', () => {
    const event = { type: 'oasis_event_200_registry', attrs: [['node', '']] } as const
    const report = reportOf(({ begin_events: events }) => ({
      begin_events: [...events!.slice(1), event],
    }))
    assertLines(report, ['service      staking, then registry'])
  })

  it('of a validator update names the scheduler and the validator', () => {
    const update = { pub_key: base64(new Uint8Array(32)), power: 5 }
    const report = reportOf(() => ({ validator_updates: [update] }))
    assertLines(report, [
      'transaction  none: the end of the block (EndBlock)',
      'service      scheduler',
      `because      power of validator ${update.pub_key} differs`,
      'recorded  5',
      'ours      nothing',
    ])
    assert.match(report, /^block \d+ differs in 1 place$/m)
  })

  it('of a value of the state names the key, both values, and who wrote it last', () => {
    const account = `staking.accounts ${FEE_PAYER}`
    const report = reportOf(({ state_diff: diff }) => ({
      state_root: OTHER_ROOT,
      // As if the burn had not been done: the account is missing in what was changed.
      state_diff: diff!.filter(([key]) => !isAccount(key, FEE_PAYER_BYTES)),
    }))
    assertLines(report, [
      'transaction  0: staking.Burn',
      `hash         ${BURN_HASH}`,
      'service      staking',
      `rule         ${BURN_RULE}`,
      `because      it was the last to write ${account}`,
      `keys         ${account}`,
      'state: 1 key differs',
      account,
      '.general.balance',
      `last written by transaction 0, staking.Burn, hash ${BURN_HASH}`,
      `before by transaction 0, staking.Burn, its nonce and fee, hash ${BURN_HASH}`,
      '.general.nonce 7 → 8',
      'not changed in the recording of this block',
    ])
  })

  it('of a key that only the recording wrote, or removed, says so', () => {
    const added = reportOf(({ state_diff: diff }) => {
      const key = Buffer.from(diff![0]![0], 'base64')
      // Another account with the same contents.
      key[key.length - 1]! ^= 1
      return { state_root: OTHER_ROOT, state_diff: [[base64(key), diff![0]![1]], ...diff!] }
    })
    assertLines(added, [
      'transaction  not known',
      'service      staking',
      'state: 1 key differs',
      'ours      nothing',
      'written by nobody here, but added in the recording',
    ])
    const removed = reportOf(({ state_diff: diff }) => ({
      state_root: OTHER_ROOT,
      state_diff: diff!.map(([key, value], i) => [key, i === 0 ? null : value]),
    }))
    assertLines(removed, ['state: 1 key differs', 'recorded  nothing'])
  })

  it('of a recording that contradicts itself says that', () => {
    const root = reportOf(() => ({ state_root: OTHER_ROOT, app_hash_in_next_header: OTHER_ROOT }))
    assertLines(root, [
      'because      only the root of the state differs',
      'keys         none that is known',
      'note         no key differs: the recorded state_root and state_diff contradict each other',
    ])
    const onlyRoot = reportOf(() => ({ state_root: OTHER_ROOT }))
    assert.match(onlyRoot, /^block 10 differs in 1 place\n/)
    assertLines(onlyRoot, [
      'note         the next header has our root, so it is the recorded state_root that is wrong',
    ])
    const next = reportOf(() => ({ app_hash_in_next_header: OTHER_ROOT }))
    assertLines(next, ['app hash in the next header', `recorded  ${OTHER_ROOT}`])
    const diff = reportOf(({ state_diff: recorded }) => ({ state_diff: recorded!.slice(1) }))
    assertLines(diff, [
      'note         the root of the state is as recorded, so it is the recorded state_diff that is wrong',
    ])
  })

  it('of a transaction with other bytes says what became of it, and that the header has others', () => {
    const report = reportOf(({ block }) => {
      const bytes = Buffer.from(block, 'base64')
      const at = bytes.indexOf(Buffer.from('staking.Burn'))
      bytes[at + 'staking.Bur'.length] = 'm'.charCodeAt(0)
      return { block: base64(bytes) }
    })
    assertLines(report, [
      'transaction  0: staking.Burm',
      'service      staking',
      'note         the header promises other transactions: the recorded block was altered',
      'ours      envelope: signature verification failed',
    ])
  })

  it('of metadata that lie says which root is wrong', () => {
    // What is told too late is told, but not under the root.
    let begun: BlockEvent[] = []
    let late: BlockEvent | undefined
    const around: Around = (call, run) => {
      if (late !== undefined && call.kind === 'method') begun.push(late)
      if (call.kind === 'method') late = undefined
      return run()
    }
    const rules = aroundServices(services, around).map((service): Service => {
      if (!service.name.endsWith('vault')) return service
      const beginBlock = (ctx: Context) => {
        if (!isBurnBlock(ctx)) return
        begun = ctx.events
        late = begun.pop()
      }
      return { ...service, beginBlock }
    })
    const report = reportOfRules(rules)
    assertLines(report, [
      'transaction  none: the end of the block (EndBlock)',
      'service      application',
      'because      metadata differs',
      'keys         none: the state is the recorded one',
      'recorded  accepted',
    ])
    assert.match(report, /ours {6}.*invalid events root in block metadata: [0-9a-f]{64}\n/)
  })

  it('of the first block of another chain says that the genesis document is not its own', () => {
    const { blocks } = readChain('debond')
    const [step] = replayBlocks({ document: readChain(CHAIN).document, blocks }, { services })
    const report = reportBlock(step!)
    assertLines(report, [
      'transaction  none: the beginning of the chain (InitChain)',
      'note         the genesis document is of another chain than the recorded blocks',
    ])
  })
})

function isBurnBlock({ committed }: Context): boolean {
  return committed?.height === BigInt(BURN_HEIGHT - 1)
}

/** All services, with something in the place of a method. */
function withMethod(name: string, run: (original: Method) => Method['run']): readonly Service[] {
  return services.map((service) => {
    const original = service.methods[name]
    if (original === undefined) return service
    const methods = { ...service.methods, [name]: { ...original, run: run(original) } }
    return { ...service, methods }
  })
}

describe('a fault in a rule', { skip }, () => {
  it('of a method that forgets an event is found in its transaction', () => {
    const report = reportOfRules(
      withMethod('staking.Burn', (original) => (ctx, body) => {
        original.run(ctx, body)
        ctx.events.pop()
      }),
    )
    assertLines(report, [
      'height       10 (2026-11-21T00:47:52Z, transactions 0 to 1)',
      'transaction  0: staking.Burn',
      `hash         ${BURN_HASH}`,
      'service      staking',
      `rule         ${BURN_RULE}`,
      'because      event 1 differs',
    ])
  })

  it('of a method that writes nothing but tells everything is found by the keys it left alone', () => {
    const report = reportOfRules(
      withMethod('staking.Burn', (original) => (ctx, body) => {
        ctx.state.begin()
        try {
          original.run(ctx, body)
        } finally {
          ctx.state.rollback()
        }
      }),
    )
    assertLines(report, [
      'transaction  0: staking.Burn',
      'service      staking',
      `rule         ${BURN_RULE}`,
      `staking.accounts ${FEE_PAYER}`,
      `last written by transaction 0, staking.Burn, its nonce and fee, hash ${BURN_HASH}`,
      'staking.totalSupply',
      'written by nobody here, but changed in the recording',
    ])
  })

  it('at the beginning of a block is found in the service that runs there', () => {
    const rules = services.map((service): Service => {
      const { name, beginBlock } = service
      if (!name.endsWith('staking')) return service
      const twice = (ctx: Context) => {
        beginBlock?.(ctx)
        beginBlock?.(ctx)
      }
      return { ...service, beginBlock: twice }
    })
    const report = reportOfRules(rules)
    assertLines(report, [
      'transaction  none: the beginning of the block (BeginBlock)',
      'service      staking',
      `rule         ${STAKING_BLOCKS}`,
      'staking.epochSigning',
      'last written by the beginning of the block (BeginBlock), staking',
    ])
  })

  it('that breaks an invariant is found in the service that says so, behind its block', () => {
    const rules = services.map((service): Service => {
      if (!service.name.endsWith('registry')) return service
      return { ...service, violations: () => [{ invariant: 'all is well', details: 'it is not' }] }
    })
    const report = reportOfRules(rules)
    assertLines(report, [
      'transaction  not known',
      'service      registry',
      'keys         none: the state is the recorded one',
      'invariants',
      'recorded  holds',
      'ours      it is not',
    ])
    assert.match(report, /because {6}.*registry: all is well does not hold\n/)
  })

  it('that depends on how often it runs is told to be one that cannot be traced', () => {
    let times = 0
    const report = reportOfRules(
      withMethod('staking.Burn', (original) => (ctx, body) => {
        if (isBurnBlock(ctx) && times++ === 0) return
        original.run(ctx, body)
      }),
    )
    assertLines(report, [
      'note         who wrote these keys is not known: the block gave another state when it ran again',
    ])
  })

  it('that throws names the transaction and keeps what was thrown', () => {
    const rules = withMethod('staking.Burn', (original) => (ctx, body) => {
      assert.ok(!isBurnBlock(ctx), new BugError('nobody expected this'))
      original.run(ctx, body)
    })
    assert.throws(
      () => reportOfRules(rules),
      (error: unknown) => {
        assert(error instanceof BlockStopped)
        const report = reportStop(error)
        assertLines(report, [
          'block 10 stopped the rules',
          'transaction  0: staking.Burn',
          `hash         ${BURN_HASH}`,
          'service      staking',
          `rule         ${BURN_RULE}`,
          'BugError: nobody expected this',
        ])
        return true
      },
    )
  })
})

/** The address of {@link FEE_PAYER}, as it is in keys. */
const FEE_PAYER_BYTES = Buffer.from('003dc8282a571a852d55e6864aed457081f7be8194', 'hex')

function isAccount(key: string, address: Uint8Array): boolean {
  return Buffer.from(key, 'base64').subarray(1).equals(address)
}
