import assert from 'node:assert/strict'
import { PassThrough, Writable } from 'node:stream'
import { describe, it } from 'node:test'
import { Secret } from '@wadi/base/secret'
import { requireAgreement } from './confirm.ts'
import { Progress } from './progress.ts'
import { nobody, openTerminal, type Terminal } from './terminal.ts'

function typing(...lines: readonly string[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true })
  let text = ''
  const output = new Writable({
    write(chunk, _encoding, done) {
      text += String(chunk)
      done()
    },
  })
  const terminal = openTerminal({ input, output })
  const said = () => text
  const type = async <T>(ask: () => Promise<T>) => {
    const asked = ask()
    for (const line of lines) input.write(`${line}\n`)
    return await asked
  }
  return { terminal, said, type }
}

describe('a terminal', () => {
  it('asks for a line', async () => {
    const { terminal, said, type } = typing('y')
    assert.equal(terminal.isPresent, true)
    assert.equal(await type(() => terminal.ask('Send it? ')), 'y')
    assert.match(said(), /Send it\? /)
  })

  it('does not show a secret while it is typed', async () => {
    const { terminal, said, type } = typing('hunter2')
    const secret = await type(() => terminal.askSecret('Password: '))
    assert.equal(secret.reveal(), 'hunter2')
    assert.equal(said(), 'Password: \n')
  })
})

/** Says these things, one after the other. */
function saying(...answers: readonly string[]): Terminal & { asked: number } {
  const terminal = {
    isPresent: true,
    asked: 0,
    ask: () => Promise.resolve(answers[terminal.asked++] ?? ''),
    askSecret: () => Promise.resolve(new Secret('')),
  }
  return terminal
}

describe('an agreement', () => {
  const ask = (terminal: Terminal, isAgreed = false) =>
    requireAgreement('Send it?', { terminal, isAgreed })

  it('is given by y, yes, and --yes', async () => {
    await ask(saying('y'))
    await ask(saying('YES'))
    await ask(saying('what?', 'y'))
    await ask(nobody, true)
  })

  it('is refused by n, by nonsense, and by nobody', async () => {
    const notAgreed = { reason: 'wadi.notAgreed' }
    await assert.rejects(ask(saying('n', 'y')), notAgreed)
    const nonsense = saying('x', 'x', 'x', 'y')
    await assert.rejects(ask(nonsense), notAgreed)
    assert.equal(nonsense.asked, 3)
    await assert.rejects(ask(nobody), /say --yes/)
  })
})

const CLEAR = '\r\u001B[K'

describe('progress', () => {
  function watched(isTTY: boolean) {
    let text = ''
    const write = (more: string) => (text += more)
    const progress = new Progress({ write, isTTY })
    return { progress, said: () => text }
  }

  it('is silent about what takes less than a second', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const { progress, said } = watched(true)
    const work = Promise.withResolvers<number>()
    const done = progress.during('Waiting', work.promise)
    t.mock.timers.tick(999)
    work.resolve(7)
    assert.equal(await done, 7)
    t.mock.timers.tick(5_000)
    assert.equal(said(), '')
  })

  it('is written over on a terminal, and gone at the end', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const { progress, said } = watched(true)
    const work = Promise.withResolvers<void>()
    const done = progress.during('Waiting', work.promise)
    t.mock.timers.tick(2_000)
    work.resolve()
    await done
    assert.match(said().replaceAll(CLEAR, '|'), /^(\|Waiting … \d+ s){2}\|$/)
  })

  it('is said once elsewhere, and names what began first', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const { progress, said } = watched(false)
    const work = Promise.withResolvers<void>()
    const inner = () => progress.during('Asking', work.promise)
    const done = Promise.all([progress.during('Sending', work.promise), inner()])
    t.mock.timers.tick(3_000)
    work.resolve()
    await done
    assert.equal(said(), 'Sending …\n')
  })

  it('ends with what fails, too', async (t) => {
    t.mock.timers.enable({ apis: ['setInterval'] })
    const { progress, said } = watched(false)
    await assert.rejects(progress.during('Waiting', Promise.reject(new RangeError('no'))), /no/)
    t.mock.timers.tick(3_000)
    assert.equal(said(), '')
  })
})
