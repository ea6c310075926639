import { testPeerNetwork } from '../compliance/peerNetworkSuite.ts'
import { TestWorld } from '../testing/testNode.ts'

testPeerNetwork('Network', () => {
  const world = new TestWorld()
  return {
    connect([first, second]) {
      const [a, b] = [first, second].map((reactors, i) => {
        return world.started(i + 1, { channels: [], reactors: () => reactors })
      })
      world.connect(a!, b!)
    },
    settle: () => world.time.advance(1000),
  }
})
