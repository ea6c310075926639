import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { describe, it } from 'node:test'
import { confirm } from './confirm.ts'

function terminal(...lines: readonly string[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true })
  input.end(lines.map((line) => `${line}\n`).join(''))
  return input
}

async function ask(...lines: readonly string[]) {
  let said = ''
  const out = { write: (text: string) => (said += text) }
  return { isAgreed: await confirm('Sure? ', out, terminal(...lines)), said }
}

describe('whoever sits at the terminal', () => {
  it('agrees with y or yes, and does not with n or no', async () => {
    assert.deepEqual(await ask('y'), { isAgreed: true, said: 'Sure? ' })
    assert.equal((await ask('YES')).isAgreed, true)
    assert.equal((await ask('n')).isAgreed, false)
    assert.equal((await ask('No')).isAgreed, false)
  })

  it('is asked again after any other answer, and has not agreed who goes away', async () => {
    const { isAgreed, said } = await ask('perhaps', 'y')
    assert.equal(isAgreed, true)
    assert.match(said, /Unrecognized response: 'perhaps'\. Please, type \(y\)es or \(n\)o: $/)
    assert.equal((await ask()).isAgreed, false)
  })

  it('is not asked where there is no terminal', async () => {
    const out = { write: () => assert.fail('somebody was asked') }
    assert.equal(await confirm('Sure? ', out, new PassThrough()), true)
  })
})
