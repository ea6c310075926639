import { definePlainErrors } from '@wadi/base/errors'
import type { Infer } from '@wadi/cbor/codec'
import { excerpt } from '@wadi/cbor/errors'
import { u16 } from '@wadi/cbor/scalars'
import { omitEmpty, struct } from '@wadi/cbor/struct'

/** Texts that are no version. */
export const errors = definePlainErrors('version', {
  malformed: 'malformed version',
})

/** A version of three numbers. */
export const Version = struct({
  major: omitEmpty(u16),
  minor: omitEmpty(u16),
  patch: omitEmpty(u16),
})
export type Version = Infer<typeof Version>

/** The versions of the protocols that a program speaks. */
export const ProtocolVersions = struct({
  consensusProtocol: Version,
  runtimeHostProtocol: Version,
  runtimeCommitteeProtocol: Version,
})
export type ProtocolVersions = Infer<typeof ProtocolVersions>

/** The protocols of the reference's release line 26.1, which this implementation speaks. */
export const PROTOCOL_VERSIONS: ProtocolVersions = {
  consensusProtocol: { major: 7, minor: 0, patch: 0 },
  runtimeHostProtocol: { major: 5, minor: 1, patch: 0 },
  runtimeCommitteeProtocol: { major: 5, minor: 0, patch: 0 },
}

/** The version as one number: 16 bits for each part. */
export function versionToU64({ major, minor, patch }: Version): bigint {
  return (BigInt(major) << 32n) | (BigInt(minor) << 16n) | BigInt(patch)
}

/** The version of a number; bits that belong to no part are dropped. */
export function versionFromU64(value: bigint): Version {
  const part = (shift: bigint) => Number((value >> shift) & 0xffffn)
  return { major: part(32n), minor: part(16n), patch: part(0n) }
}

/** Negative, zero or positive: for sorting. */
export function compareVersions(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch
}

/**
 * The application's version in every block header. The consensus protocol's minor version and
 * patch are left out of it, so that they may differ between the nodes of a network.
 */
export const COMET_APP_VERSION: bigint = versionToU64({
  ...PROTOCOL_VERSIONS.consensusProtocol,
  minor: 0,
  patch: 0,
})

/** The usual text, such as `26.1.0`. */
export function printVersion({ major, minor, patch }: Version): string {
  return `${major}.${minor}.${patch}`
}

const PART_MAX = 0xffff

/**
 * The version of a text; missing parts are zero.
 * COMPAT(oasis-core): whatever follows a blank, `-`, `+`, `rc`, `alpha`, `beta` or the third part
 * is not looked at.
 */
export function parseVersion(text: string): Version {
  const core = text.split(/[ +-]|rc|alpha|beta/, 1)[0]!
  const parts = core.split('.', 3).map((part) => {
    const value = /^\d+$/.test(part) ? Number(part) : PART_MAX + 1
    if (value > PART_MAX) throw errors.malformed(excerpt(text))
    return value
  })
  const [major = 0, minor = 0, patch = 0] = parts
  return { major, minor, patch }
}
