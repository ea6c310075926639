import type { Checker, World } from './checker.ts'

/** P31: no honest node does what another honest node takes for what no honest program does. */
export function noFalseBan(world: World): Checker {
  return {
    name: 'noFalseBan',
    onOffence(accuser, accused, { severity, why }) {
      if (severity === 'ban' && world.isHonest(accuser) && world.isHonest(accused))
        world.report('noFalseBan', `node ${accuser} bans node ${accused}: ${why}`)
    },
  }
}
