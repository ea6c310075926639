import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { chainContext, runtimeId } from '../testing/testParatime.ts'
import { paratimeContext, transactionContext } from './signatureContext.ts'

describe('signature contexts', () => {
  it('name ParaTime and network as the reference does', () => {
    const known = 'ca4842870b97a6d5c0d025adce0b6a0dec94d2ba192ede70f96349cfbe3628b9'
    assert.equal(paratimeContext(runtimeId, chainContext), known)
    const { text } = transactionContext(runtimeId, chainContext)
    assert.equal(text, `oasis-runtime-sdk/tx: v0 for chain ${known}`)
  })
})
