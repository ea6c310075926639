import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { seccompPolicy, VERDICTS } from './seccompPolicy.ts'
import { ALLOWED_SYSTEM_CALLS } from './systemCalls.ts'

const X86_64 = 0xc000_003e
const CLONE = 56
const CLONE3 = 435

/** Runs the program as the kernel does, and gives what becomes of the call. */
function verdictOn(number: number, flags = 0, architecture = X86_64): number {
  const program = new DataView(seccompPolicy().buffer)
  const known = new Map([
    [0, number],
    [4, architecture],
    [16, flags],
  ])
  let word = 0
  for (let at = 0; ; at += 8) {
    const op = program.getUint16(at, true)
    const value = program.getUint32(at + 4, true)
    const jump = (holds: boolean) => {
      at += 8 * program.getUint8(at + (holds ? 2 : 3))
    }
    if (op === 0x20) word = known.get(value)!
    else if (op === 0x15) jump(word === value)
    else if (op === 0x25) jump(word > value)
    else if (op === 0x35) jump(word >= value)
    else if (op === 0x54) word = (word & value) >>> 0
    else if (op === 0x06) return value
    else assert.fail(`no such operation: ${op}`)
  }
}

describe('the system calls of a sandbox', () => {
  it('are those of the list, and every other one is refused', () => {
    const allowed = new Set<number>(Object.values(ALLOWED_SYSTEM_CALLS))
    for (let number = 0; number < 1_000; number++) {
      if (number === CLONE || number === CLONE3) continue
      const expected = allowed.has(number) ? VERDICTS.allowed : VERDICTS.refused
      assert.equal(verdictOn(number), expected, `call ${number}`)
    }
  })

  it('do not make namespaces, load modules, trace others or mount', () => {
    const [unshare, setns, initModule, ptrace, mount, bpf] = [272, 308, 175, 101, 165, 321]
    for (const number of [unshare, setns, initModule, ptrace, mount, bpf]) {
      assert.equal(verdictOn(number), VERDICTS.refused)
    }
  })

  it('make threads and processes, but none in a new namespace', () => {
    const thread = 0x003d_0f00
    assert.equal(verdictOn(CLONE, thread), VERDICTS.allowed)
    for (const flag of [0x0002_0000, 0x0200_0000, 0x0400_0000, 0x1000_0000, 0x4000_0000]) {
      assert.equal(verdictOn(CLONE, thread | flag), VERDICTS.refused)
    }
    assert.equal(verdictOn(CLONE3), VERDICTS.unknown)
  })

  it('are not asked for in the names of other machines', () => {
    assert.equal(verdictOn(0, 0, 0x4000_0003), VERDICTS.killed)
    assert.equal(verdictOn(0x4000_0000), VERDICTS.killed)
    assert.equal(verdictOn(0x3fff_ffff), VERDICTS.refused)
  })
})
