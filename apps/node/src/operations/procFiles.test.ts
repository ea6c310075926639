import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { parseIo, parseNetworkDevices, parseStat, parseStatus } from './procFiles.ts'

describe('what Linux tells of a process', () => {
  it('is its CPU time, whatever the program is called', () => {
    const rest = 'S 1 7 7 0 -1 4194560 100 0 0 0 250 75 0 0 20 0 11 0 900 1000 20'
    for (const name of ['node', 'a) S (b', '(sd-pam)'])
      assert.deepEqual(parseStat(`7 (${name}) ${rest}\n`), { user: 2.5, system: 0.75 })
    assert.equal(parseStat('7 (node) S 1'), undefined)
    assert.equal(parseStat(''), undefined)
  })

  it('is its memory, in bytes', () => {
    const sizes = parseStatus(
      'Name:\tnode\nVmSize:\t  2048 kB\nRssAnon:\t       1 kB\nThreads:\t11\n',
    )
    assert.deepEqual(
      [...sizes],
      [
        ['VmSize', 2_097_152],
        ['RssAnon', 1024],
      ],
    )
  })

  it('is what it read and wrote', () => {
    const counts = parseIo('rchar: 5\nread_bytes: 4096\nwrite_bytes: 0\n')
    assert.deepEqual([counts.get('read_bytes'), counts.get('write_bytes')], [4096, 0])
  })

  it('is what went through the devices of the machine', () => {
    const head = 'Inter-|   Receive\n face |bytes    packets errs\n'
    const numbers = ' 0 0 0 0 0 0'
    const lines = `    lo: 10 1${numbers} 20 2${numbers}\neth0:30 3${numbers} 40 4${numbers}\n`
    assert.deepEqual(parseNetworkDevices(head + lines), [
      { device: 'lo', receivedBytes: 10, receivedPackets: 1, sentBytes: 20, sentPackets: 2 },
      { device: 'eth0', receivedBytes: 30, receivedPackets: 3, sentBytes: 40, sentPackets: 4 },
    ])
  })

  it('may be anything', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseStat(text)
        for (const sizes of [parseStatus(text), parseIo(text)])
          for (const size of sizes.values()) assert.ok(size >= 0)
        assert.ok(Array.isArray(parseNetworkDevices(text)))
      }),
    )
  })
})
