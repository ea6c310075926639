/** Every service of the consensus layer. The application puts them into order by their names. */

import { service as beacon } from '../beacon/service.ts'
import { service as governance } from '../governance/service.ts'
import type { Service } from '../kernel/service.ts'
import { service as keymanager } from '../keymanager/service.ts'
import { service as registry } from '../registry/service.ts'
import { service as roothash } from '../roothash/service.ts'
import { service as scheduler } from '../scheduler/service.ts'
import { service as staking } from '../staking/service.ts'
import { service as vault } from '../vault/service.ts'

export const services: readonly Service[] = [
  beacon,
  governance,
  keymanager,
  registry,
  roothash,
  scheduler,
  staking,
  vault,
]
