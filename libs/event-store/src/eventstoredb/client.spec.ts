import { describe, expect, it } from '@jest/globals';
import { giveBack, takeClient } from './client.js';
import { connectionFrom } from './connection.js';

describe('the client', () => {
  it('that loses a connection while it finds no other does not end the process', async () => {
    const client = takeClient(connectionFrom('esdb://127.0.0.1:1,127.0.0.1:2?tls=false&maxDiscoverAttempts=2'));
    const lost = Object.assign(new Error('14 UNAVAILABLE'), { code: 14, details: '', metadata: undefined });
    const asked = client.readAll({ maxCount: 1 });
    asked.on('error', () => undefined);
    // Nobody waits for this in the client: rejected, it would be unhandled.
    const handle = Reflect.get(client, 'handleError') as (of: object, error: Error) => Promise<void>;
    await expect(handle({ getChannel: () => ({ getTarget: () => 'dns:127.0.0.1:1' }) }, lost)).resolves.toBeUndefined();
    await giveBack(client);
  });
});
