import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { cast, project } from '../support/cast.js';
import { startTestServer, type TestServer } from '../support/test-server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.remove());

it('starts, and the main job can begin', async () => {
  const everyone = await cast(server.client);
  expect(await project(server.client, everyone, 'Alpha')).toMatch(/^proj_/u);
});
