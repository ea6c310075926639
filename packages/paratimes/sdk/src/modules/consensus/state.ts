/** Every key of the bridge to the consensus layer. */

import { parametersOf } from '../../module.ts'
import { Parameters } from './types.ts'

export const MODULE = 'consensus'

export const parameters = parametersOf(MODULE, Parameters)
