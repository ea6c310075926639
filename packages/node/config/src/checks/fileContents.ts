/** What is in files that a configuration names, where nothing else can be taken in their place. */

import { readFileSync, statSync } from 'node:fs'
import { createSecureContext } from 'node:tls'
import { equalBytes, parseUtf8 } from '@wadi/base/bytes'
import { CodedError, type UnavailableError } from '@wadi/base/errors'
import { parseJson } from '@wadi/cbor/json'
import { Entity } from '@wadi/primitives/entity'
import { PublicKey } from '@wadi/primitives/publicKey'
import { ENTITY_FILE_SIZE_MAX } from '../limits.ts'
import type { NodeConfig } from '../nodeConfig.ts'
import { type CheckContext, obstacle, systemCode } from './obstacle.ts'

/** Why the file of an entity is none; undefined if it is one. */
function entityComplaint(path: string): string | undefined {
  const remedy = 'name the file entity.json that the entity was made with'
  if (statSync(path).size > ENTITY_FILE_SIZE_MAX)
    return `has more than ${ENTITY_FILE_SIZE_MAX} bytes; ${remedy}`
  try {
    const { id } = parseJson(Entity, parseUtf8(readFileSync(path)))
    return equalBytes(id, PublicKey.zero) ? `names no entity; ${remedy}` : undefined
  } catch (error) {
    if (systemCode(error) !== undefined) return `cannot be read (${systemCode(error)}); ${remedy}`
    if (!(error instanceof CodedError)) throw error
    return `is no descriptor of an entity (${error.message}); ${remedy}`
  }
}

function checkEntity({ registration }: NodeConfig, context: CheckContext) {
  const { entity: path } = registration
  const complaint = path === undefined ? undefined : entityComplaint(path)
  if (complaint === undefined) return []
  return [obstacle('badEntity', context, 'registration.entity', `${path} ${complaint}`)]
}

/** The two files of TLS have to belong together. What OpenSSL says has nothing of the key in it. */
function checkTls({ wadi }: NodeConfig, context: CheckContext): UnavailableError[] {
  const { tlsKey, tlsCertificate } = wadi.api
  if (tlsKey === undefined || tlsCertificate === undefined) return []
  try {
    createSecureContext({ key: readFileSync(tlsKey), cert: readFileSync(tlsCertificate) })
    return []
  } catch (error) {
    const code = systemCode(error) ?? 'no PEM'
    const sentence =
      `${tlsKey} is not the key of ${tlsCertificate} (${code}); ` +
      'name a key and its certificate, in PEM'
    return [obstacle('badTls', context, 'wadi.api.tls_key', sentence)]
  }
}

/** Has a file what CometBFT keeps the key of a validator in? Nothing of it is told. */
function hasStockKey(path: string): boolean {
  try {
    return typeof JSON.parse(readFileSync(path, 'utf8')).priv_key.value === 'string'
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return false
    throw error
  }
}

function checkStockKey({ wadi }: NodeConfig, context: CheckContext): UnavailableError[] {
  const { kind, keyFile } = wadi.signer
  if (kind !== 'stock' || keyFile === undefined || hasStockKey(keyFile)) return []
  const sentence = `${keyFile} is no key of CometBFT's; name the file priv_validator_key.json`
  return [obstacle('badKey', context, 'wadi.signer.key_file', sentence)]
}

/** Files with something else in them than what they are named for. */
export function checkContents(config: NodeConfig, context: CheckContext): UnavailableError[] {
  return [
    ...checkEntity(config, context),
    ...checkTls(config, context),
    ...checkStockKey(config, context),
  ]
}
