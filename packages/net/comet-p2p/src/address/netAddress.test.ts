import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { equalAddresses, isPeerId, parseNetAddress, printNetAddress } from './netAddress.ts'

const ID = 'a1b2c3d4e5f60718293a4b5c6d7e8f9001020304'
const bad = { reason: 'p2p.badAddress' }

describe('addresses of peers', () => {
  it('are read as they are written', () => {
    const ips = fc.oneof(fc.ipV4(), fc.ipV6())
    fc.assert(
      fc.property(ips, fc.nat(65_535), (ip, port) => {
        const host = ip.includes(':') ? `[${ip}]` : ip
        const address = parseNetAddress(`${ID}@${host}:${port}`)
        assert.deepEqual(parseNetAddress(printNetAddress(address)), address)
        assert.equal(address.port, port)
      }),
    )
  })

  it('may name a protocol before the id', () => {
    const address = parseNetAddress(`tcp://${ID}@1.2.3.4:5`)
    assert.equal(printNetAddress(address), `${ID}@1.2.3.4:5`)
  })

  it('are refused without id, host or port, or with something wrong in one of them', () => {
    const texts = ['1.2.3.4:5', `${ID}@`, `${ID}@1.2.3.4`, `${ID}@:5`, `${ID}@1.2.3.4:65536`]
    const more = [`${ID}@1.2.3.4:-1`, `${ID.slice(2)}@1.2.3.4:5`, `${ID}@a@1.2.3.4:5`, '', '@']
    for (const text of [...texts, ...more]) assert.throws(() => parseNetAddress(text), bad, text)
    assert.throws(() => parseNetAddress(`${ID}@host.example:5`), { reason: 'ip.malformed' })
  })

  it('are the same if id, IP and port are', () => {
    const address = parseNetAddress(`${ID}@1.2.3.4:5`)
    assert.ok(equalAddresses(address, parseNetAddress(`${ID}@1.2.3.4:5`)))
    for (const text of [`${ID}@1.2.3.4:6`, `${ID}@1.2.3.5:5`, `${ID.replace('a', 'b')}@1.2.3.4:5`])
      assert.equal(equalAddresses(address, parseNetAddress(text)), false)
  })

  it('have ids of 20 bytes in hexadecimal', () => {
    assert.ok(isPeerId(ID))
    assert.ok(isPeerId(ID.toUpperCase()))
    for (const id of ['', ID.slice(1), `${ID}00`, `${ID.slice(1)}g`])
      assert.equal(isPeerId(id), false)
  })
})
