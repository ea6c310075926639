import { decode, encode } from '@wadi/protobuf/codec'
import { bench, run, summary } from 'mitata'
import { oasisDialect, stockDialect } from '../dialect.ts'
import { addBlock, beginChain } from '../testing/signedChain.ts'
import { Commit } from '../types/commit.ts'
import { verifyCommit, verifyCommitLight } from './verifyCommit.ts'

const VALIDATORS = 100
const powers = Array.from({ length: VALIDATORS }, (_, i) => BigInt(1_000 + i))

summary(() => {
  for (const dialect of [oasisDialect, stockDialect]) {
    const chain = beginChain(powers, dialect)
    const { blockId, chain: next } = addBlock(chain)
    const { validators, chainId } = chain.state
    const claim = { chainId, validators, blockId, height: 1n }
    bench(`${dialect.name}: commit of 100 validators`, () => {
      verifyCommit(dialect, claim, next.lastCommit)
    })
    bench(`${dialect.name}: enough of a commit of 100 validators`, () => {
      verifyCommitLight(dialect, claim, next.lastCommit)
    })
    if (dialect !== oasisDialect) continue
    const bytes = encode(Commit, next.lastCommit)
    bench('reading a commit of 100 validators', () => decode(Commit, bytes))
  }
})

await run()
