import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { misdeedsIn, parseExecutorMode } from './executorMode.ts'

const FLAGS = {
  'executor.mode': 'executor_honest',
  'executor.propose_bogus_tx': false,
  fake_sgx: false,
  'runtime.version.fake_enclave_id': '',
  'storage.corrupt_get_diff': false,
  'storage.fail_read_requests': false,
}
const parse = (flags: Partial<typeof FLAGS>) => parseExecutorMode({ ...FLAGS, ...flags })

describe('the modes of a byzantine executor', () => {
  it('are those of the reference', () => {
    const modes = {
      executor_honest: [[], 'acted'],
      executor_dishonest: [['wrong-result'], 'acted'],
      executor_straggler: [['straggler'], 'elected'],
      executor_failure_indicating: [['failure'], 'acted'],
      executor_runaway: [['runaway'], 'acted'],
      executor_invalid_batch_hash: [['invalid-batch-hash', 'runaway'], 'acted'],
    } as const
    for (const [mode, [misdeeds, stops]] of Object.entries(modes))
      assert.deepEqual(parse({ 'executor.mode': mode }), { misdeeds, diffs: undefined, stops })
  })

  it('are two more, for what the reference does not do', () => {
    const modes = {
      executor_wrong_io: ['wrong-io'],
      executor_equivocation: ['equivocation'],
    } as const
    for (const [mode, misdeeds] of Object.entries(modes))
      assert.deepEqual(parse({ 'executor.mode': mode }).misdeeds, misdeeds)
  })

  it('come with transactions that nobody has, and with damaged states', () => {
    const bogus = { 'executor.propose_bogus_tx': true, 'executor.mode': 'executor_dishonest' }
    assert.deepEqual(parse(bogus).misdeeds, ['withheld-batch', 'wrong-result'])
    const { diffs, stops } = parse({ 'storage.corrupt_get_diff': true })
    assert.deepEqual([diffs, stops], ['corrupt-diff', 'never'])
    assert.equal(parse({ 'storage.fail_read_requests': true }).diffs, 'fail-read')
  })

  it('are done when it is their turn; who ends then is honest before, and away after it', () => {
    const mode = { misdeeds: ['wrong-result'], stops: 'acted' } as const
    assert.deepEqual(misdeedsIn(mode, 2n), [])
    assert.deepEqual(misdeedsIn(mode, 3n), ['wrong-result'])
    assert.deepEqual(misdeedsIn(mode, 4n), ['straggler'])
    assert.deepEqual(misdeedsIn({ ...mode, stops: 'never' }, 4n), ['wrong-result'])
  })

  it('are refused where there are none, or where an enclave would have to be', () => {
    assert.throws(() => parse({ 'executor.mode': 'executor_lazy' }), {
      reason: 'command.badValue',
      message: /--executor.mode is executor_lazy; it can be executor_honest, executor_dishonest/,
    })
    assert.throws(() => parse({ 'executor.mode': 'constructor' }), { reason: 'command.badValue' })
    assert.throws(() => parse({ fake_sgx: true }), { reason: 'command.unsupported' })
    assert.throws(() => parse({ 'runtime.version.fake_enclave_id': 'ff' }), {
      reason: 'command.unsupported',
    })
  })
})
