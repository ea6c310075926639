import { encode } from '@wadi/cbor/codec'
import type { AnySchema, Schema } from '@wadi/cbor/schema'
import { ParameterChanges as governance } from '@wadi/consensus/governance/parameterChanges'
import { ParameterChanges as registry } from '@wadi/consensus/registry/parameterChanges'
import { ParameterChanges as roothash } from '@wadi/consensus/roothash/parameterChanges'
import { ParameterChanges as scheduler } from '@wadi/consensus/scheduler/parameterChanges'
import { ParameterChanges as staking } from '@wadi/consensus/staking/parameterChanges'
import { ParameterChanges as vault } from '@wadi/consensus/vault/parameterChanges'
import { operandsOf } from '../../../command/operands.ts'
import { errors } from '../../../errors.ts'
import { proposeCommand } from './proposeCommand.ts'
import { readJson } from './readJson.ts'

const SCHEMAS = new Map<string, AnySchema>([
  ['governance', governance],
  ['registry', registry],
  ['roothash', roothash],
  ['scheduler', scheduler],
  ['staking', staking],
  ['vault', vault],
] as unknown as Iterable<readonly [string, AnySchema]>)

/** `wadi governance propose parameters`. */
export const parameters = proposeCommand({
  name: 'parameters',
  summary: 'propose other parameters of a service',
  details: [
    '<service> is one of governance, registry, roothash, scheduler, staking, vault. The file has',
    'the parameters that change, in JSON, by their names in the genesis document:',
    '{"min_transfer":"5"}.',
  ],
  examples: ['wadi governance propose parameters staking changes.json --title "Larger transfers"'],
  operands: '<service> <file of the changes>',
  content(operands) {
    const [module, path] = operandsOf(operands, 'service', 'file of the changes')
    const schema = SCHEMAS.get(module) as Schema<unknown> | undefined
    const names = [...SCHEMAS.keys()].join(', ')
    if (schema === undefined)
      throw errors.badValue(`${JSON.stringify(module)} has no parameters; give one of ${names}`)
    const changes = readJson(schema, path, `changes of the parameters of ${module}, in JSON`)
    return { changeParameters: { module, changes: encode(schema, changes) } }
  },
})
