import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EMPTY_BYTES, parseHex } from '@wadi/base/bytes'
import { make } from '@wadi/cbor/codec'
import { TeeFeatures, TeeFeaturesSgx } from '@wadi/consensus/registry'
import {
  PcsQuotePolicy,
  type QuotePolicy,
  TdxQuotePolicy,
} from '@wadi/consensus/registry/quotePolicy'
import type { Runtime, VersionInfo } from '@wadi/consensus/registry/runtime'
import { encodeSgxConstraints, SgxConstraints } from '@wadi/consensus/registry/sgx'
import { MrEnclave, MrSigner } from '@wadi/primitives/enclaveIdentity'
import { TEE_HARDWARE } from '@wadi/primitives/node'
import { computeRuntime, deployment } from '../testing/testRegistry.ts'
import { checkDeployments, type DeploymentRules } from './deployments.ts'

const version = (major: number) => ({ major, minor: 0, patch: 0 })
const invalid = { module: 'registry', code: 1 }
const enclave = {
  mrEnclave: MrEnclave.check(new Uint8Array(32)),
  mrSigner: MrSigner.check(new Uint8Array(32)),
}

function features(sgx: Partial<TeeFeaturesSgx> = {}): TeeFeatures {
  return make(TeeFeatures, { sgx: make(TeeFeaturesSgx, { pcs: true, ...sgx }) })
}

function check(
  deployments: readonly (VersionInfo | undefined)[],
  rules: Partial<DeploymentRules> = {},
  fields: Partial<Runtime> = {},
): void {
  const usual = { epoch: 10n, countMax: 0, features: features(), hasFmspcAllowList: true }
  checkDeployments(computeRuntime({ ...fields, deployments }), { ...usual, ...rules })
}

/** A deployment with these constraints of its enclave. */
function constrained(fields: Partial<SgxConstraints> = {}): VersionInfo {
  const constraints = make(SgxConstraints, { v: 1, enclaves: [enclave], ...fields })
  return deployment({ tee: encodeSgxConstraints(constraints) })
}

function checkSgx(info: VersionInfo, rules: Partial<DeploymentRules> = {}): void {
  check([info], rules, { teeHardware: TEE_HARDWARE.intelSgx })
}

function pcsPolicy(fields: Partial<PcsQuotePolicy>): QuotePolicy {
  return { ias: undefined, pcs: make(PcsQuotePolicy, fields) }
}

describe("a runtime's deployments", () => {
  it('are at least one and at most two, or as many as the parameters say', () => {
    const many = [1, 2, 3, 4].map((n) => deployment({ version: version(n), validFrom: BigInt(n) }))
    assert.throws(() => check([]), invalid)
    check(many.slice(0, 2), { countMax: 1 })
    assert.throws(() => check(many.slice(0, 3), { countMax: 2 }), invalid)
    check(many.slice(0, 3), { countMax: 3 })
    assert.throws(() => check(many, { countMax: 3 }), invalid)
  })

  it('may not have null among them', () => {
    assert.throws(() => check([deployment(), undefined]), invalid)
  })

  it('have versions that are distinct and begin one after the other, in any order', () => {
    const at = (n: number, validFrom: bigint) => deployment({ version: version(n), validFrom })
    check([at(2, 6n), at(1, 5n)])
    assert.throws(() => check([at(1, 5n), at(1, 6n)]), invalid)
    assert.throws(() => check([at(1, 5n), at(2, 5n)]), invalid)
    assert.throws(() => check([at(1, 6n), at(2, 5n)]), invalid)
  })

  it('are at most one in the future', () => {
    const at = (n: number, validFrom: bigint) => deployment({ version: version(n), validFrom })
    check([at(1, 10n), at(2, 11n)])
    assert.throws(() => check([at(1, 11n), at(2, 12n)]), invalid)
  })

  it('have a checksum of no byte or of 32', () => {
    const of = (size: number) => deployment({ bundleChecksum: new Uint8Array(size) })
    check([of(0)])
    check([of(32)])
    for (const size of [1, 31, 33]) assert.throws(() => check([of(size)]), invalid)
  })

  it('have no constraints without an enclave, not even empty ones', () => {
    check([deployment({ tee: undefined })])
    assert.throws(() => check([deployment({ tee: EMPTY_BYTES })]), invalid)
    assert.throws(() => check([constrained()]), invalid)
    assert.throws(() => check([deployment()], {}, { teeHardware: 2 }), invalid)
  })
})

describe("constraints of a deployment's enclave", () => {
  it('name an enclave; without any it is registry/5, malformed it is registry/1', () => {
    checkSgx(constrained())
    const noEnclave = { module: 'registry', code: 5 }
    assert.throws(() => checkSgx(constrained({ enclaves: [] })), noEnclave)
    assert.throws(() => checkSgx(deployment({ tee: undefined })), noEnclave)
    for (const tee of [EMPTY_BYTES, parseHex('01'), parseHex('a1617602')])
      assert.throws(() => checkSgx(deployment({ tee })), invalid)
  })

  it('are of the first version unless the network knows PCS', () => {
    const without = { features: features({ pcs: false }) }
    assert.throws(() => checkSgx(constrained(), without), invalid)
    assert.throws(() => checkSgx(constrained(), { features: undefined }), invalid)
    checkSgx(constrained({ v: 0 }), without)
    checkSgx(constrained({ v: 0 }), { features: undefined })
  })

  it('have a policy for TDX only if the network knows TDX', () => {
    const tdx = constrained({ policy: pcsPolicy({ tdx: make(TdxQuotePolicy, {}) }) })
    assert.throws(() => checkSgx(tdx), invalid)
    checkSgx(tdx, { features: features({ tdx: true }) })
  })

  it('list allowed platforms only from 26.1 on', () => {
    const listing = constrained({ policy: pcsPolicy({ fmspcWhitelist: ['00606A000000'] }) })
    checkSgx(listing)
    assert.throws(() => checkSgx(listing, { hasFmspcAllowList: false }), invalid)
    checkSgx(constrained({ policy: pcsPolicy({}) }), { hasFmspcAllowList: false })
  })
})
