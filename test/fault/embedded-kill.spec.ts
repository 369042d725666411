import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EmbeddedEventStore } from '#libs/event-store/embedded';
import { startChild } from '../support/child.js';
import { acknowledged, checkLoad } from '../support/embedded-check.js';

const rounds = Number(process.env['WRIT_ROUNDS'] ?? 10);

describe('the embedded store, killed', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'writ-kill-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it(
    `at any moment, has every acknowledged append whole and no other half (${String(rounds)} rounds)`,
    async () => {
      let total = 0;
      for (let round = 0; round < rounds; round += 1) {
        const child = startChild('embedded-appender.ts', directory, String(round));
        try {
          await child.said('done');
          await delay(Math.random() * 150);
        } finally {
          await child.kill();
        }
        await checkLoad(directory, String(round), child.lines);
        total += acknowledged(child.lines).reduce((sum, count) => sum + count, 0);
      }
      expect(total).toBeGreaterThan(rounds);
    },
    rounds * 5_000 + 30_000,
  );

  it('lets nobody else in while it runs, and anybody once it is dead', async () => {
    const first = startChild('embedded-appender.ts', directory, 'first');
    try {
      await first.said('done');
      const second = startChild('embedded-appender.ts', directory, 'second');
      const refusal = await second.said('refused');
      await second.kill();
      expect(refusal).toContain(directory);
      expect(refusal).toContain('is open already');
      await expect(EmbeddedEventStore.open(directory)).rejects.toThrow('is open already');
      // Those who were refused have taken nothing from the one that runs.
      await first.said('done');
    } finally {
      await first.kill();
    }
    await checkLoad(directory, 'first', first.lines);
  });
});
