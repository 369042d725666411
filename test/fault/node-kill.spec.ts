import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { killedAgainAndAgain } from '../support/killed-server.js';
import { type Node, type Nodes, nodesOverOneLog } from '../support/nodes.js';

/** Fewer than on the embedded store: what a kill leaves half done is cut at the same places. `npm run soak -- kills` has more of both. */
const rounds = Number(process.env['WRIT_ROUNDS'] ?? 4);

let nodes: Nodes;
/** Lives through all of it, and has folded what happened as it happened. */
let witness: Node;
let node: Node;

beforeAll(async () => {
  nodes = await nodesOverOneLog();
  witness = await nodes.start('admin,decisions');
});
afterAll(() => nodes.close());

it(
  `an admin node over the wire: every acknowledged command is there, none of them half, after kill -9 at any moment (${String(rounds)} rounds)`,
  async () => {
    const acknowledged = await killedAgainAndAgain({
      ...{ rounds, commands: 24, witness: witness.client },
      start: async (env) => {
        node = await nodes.start('admin,decisions', env);
        return node.client;
      },
      kill: async () => {
        await node.kill();
        // Its way to the log is not gone again.
        await node.link.close();
        await node.door.close();
      },
    });
    expect(acknowledged).toBeGreaterThan(rounds);
    expect(await witness.stop()).toMatchObject({ code: 0, stderr: '' });
  },
  rounds * 15_000 + 30_000,
);
