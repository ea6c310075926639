import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CodedError, UnavailableError } from '@wadi/base/errors'
import { errors } from '../errors.ts'
import { explainFailure } from './explainFailure.ts'

const TARGET = 'unix:/a.sock'

describe('a failure on the way to people', () => {
  const sentence = (error: Error) => {
    const told = explainFailure(error, TARGET) as CodedError | UnavailableError
    return told instanceof CodedError ? told.context : told.message
  }

  it('keeps what is said for people already, and bugs', () => {
    for (const error of [errors.badValue('x'), new TypeError('a bug')])
      assert.equal(explainFailure(error, TARGET), error)
  })

  it('tells a node that is away from one that is busy', () => {
    const refused = Object.assign(new TypeError('no'), { code: 'ECONNREFUSED' })
    assert.equal(
      sentence(
        new UnavailableError('grpc.unavailable', `grpc: cannot reach ${TARGET}`, {
          cause: refused,
        }),
      ),
      'no node answers at unix:/a.sock (ECONNREFUSED); start it, or name another one with --node',
    )
    assert.equal(
      sentence(new UnavailableError('grpc.unavailable', 'syncing')),
      'the node at unix:/a.sock cannot answer now (syncing); try again',
    )
    assert.match(
      sentence(new UnavailableError('grpc.deadlineExceeded', 'late')) ?? '',
      /did not answer in time; see it with wadi status, and try again$/,
    )
  })

  it('cannot be used to command a terminal', () => {
    const told = sentence(new CodedError('vault', 77, 'vault.remote', 'a\n\u001B[2Jb')) ?? ''
    assert.match(told, /\(a \ufffd\[2Jb\)/)
  })

  it('has a remedy for refusals that people meet, and one for all others', () => {
    assert.equal(
      sentence(new CodedError('staking', 9, 'staking.remote', 'staking: amount is lower')),
      'the network refuses it (staking: amount is lower); send more',
    )
    assert.equal(
      sentence(new CodedError('vault', 77, 'vault.remote', 'vault: no')),
      'the network refuses it (vault: no); check what was asked for, and the node with wadi status',
    )
  })
})
