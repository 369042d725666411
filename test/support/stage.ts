import { setTimeout as delay } from 'node:timers/promises';
import { afterEach } from '@jest/globals';
import type { OpenFoundation } from '../../apps/server/src/server.js';
import { type Cast, cast, project } from './cast.js';
import type { Client } from './client.js';
import { meddledFoundation, type Meddling } from './meddled-store.js';
import { startTestServer, type TestServer } from './test-server.js';

/** A server whose store can be meddled with, an organization, and a project in it. */
export interface Stage {
  readonly test: TestServer;
  readonly client: Client;
  readonly meddling: Meddling;
  readonly team: Cast;
  readonly alpha: string;
  remove(): Promise<void>;
}

/** `boundMs`: past this the node refuses. `open`: other adapters than the embedded ones. */
export const setStage = async (boundMs = 5_000, open?: OpenFoundation): Promise<Stage> => {
  const meddling: Meddling = {};
  const env = { WRIT_MAX_STALENESS_MS: String(boundMs) };
  const test = await startTestServer({ env, open: meddledFoundation(meddling, open) });
  const { client } = test;
  const team = await cast(client);
  const alpha = await project(client, team, 'Alpha');
  const remove = async (): Promise<void> => {
    meddling.append = meddling.read = meddling.batch = undefined;
    await test.remove();
  };
  return { test, client, meddling, team, alpha, remove };
};

/** Sets stages that last as long as the test they are set in. */
export const stagesOfEachTest = (): ((boundMs?: number) => Promise<Stage>) => {
  const stages: Stage[] = [];
  afterEach(async () => {
    for (const stage of stages.splice(0)) await stage.remove();
  });
  return async (boundMs) => {
    const stage = await setStage(boundMs);
    stages.push(stage);
    return stage;
  };
};

/** A log that is some way off, as one on another machine is: every batch takes so many ms to arrive. */
export const moveLogAway = ({ meddling }: Stage, ms: number): void => {
  meddling.batch = () => delay(ms);
};
