/** The genesis document: is it there, and is it one? */

import { readFileSync, statSync } from 'node:fs'
import { CodedError, type UnavailableError } from '@wadi/base/errors'
import { chainContextOf, parseGenesis } from '@wadi/consensus/genesis/document'
import type { NodeConfig } from '../nodeConfig.ts'
import { type CheckContext, obstacle, systemCode } from './obstacle.ts'

const KEY = 'genesis.file'
/** Bytes of a genesis document: far above those of the networks that there are. */
const GENESIS_SIZE_MAX = 1_073_741_824
const EXCERPT_SIZE = 200

/** What a document says, or why it says nothing. */
export type GenesisCheck =
  | { readonly kind: 'document'; readonly chainContext: string }
  | { readonly kind: 'obstacle'; readonly error: UnavailableError }

/** Reads the genesis document that a configuration names. */
export function checkGenesisFile(config: NodeConfig, context: CheckContext): GenesisCheck {
  const { file } = config.genesis
  const refuse = (reason: string, sentence: string): GenesisCheck => ({
    kind: 'obstacle',
    error: obstacle(reason, context, KEY, `${file} ${sentence}`),
  })
  try {
    if (statSync(file).size > GENESIS_SIZE_MAX)
      return refuse('badGenesis', `has more than ${GENESIS_SIZE_MAX} bytes; name another file`)
    const document = parseGenesis(readFileSync(file, 'utf8'))
    return { kind: 'document', chainContext: chainContextOf(document) }
  } catch (error) {
    if (error instanceof CodedError || error instanceof SyntaxError) {
      const why = error.message.slice(0, EXCERPT_SIZE)
      return refuse('badGenesis', `is no genesis document (${why}); name that of the network`)
    }
    const code = systemCode(error)
    if (code === undefined) throw error
    return code === 'ENOENT'
      ? refuse('missingFile', 'does not exist; name the genesis document of the network')
      : refuse('unreadableFile', `cannot be read (${code}); make it readable for the node`)
  }
}
