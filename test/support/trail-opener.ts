import { FileTrail } from '#libs/audit/file';
import { timestampOf } from '#libs/kernel';

/** `trail-opener.ts <directory> [append]`: opens the trail there, or says `refused`; then appends ten events at a time, and says so. */
const [directory = '', what] = process.argv.slice(2);
const trail = new FileTrail(directory);

try {
  await trail.open('log');
} catch (refused) {
  process.stdout.write(`refused ${refused instanceof Error ? refused.message : String(refused)}\n`);
}

for (let n = 0; what === 'append';) {
  const events = Array.from({ length: 10 }, (_, k) => ({
    id: `evt_${String(n + k)}`,
    position: BigInt(n + k + 1),
    ...{ type: 'KeyCreated', category: 'apiKey', at: timestampOf(n + k), requestId: 'req_1', via: null },
    actor: { type: 'system' } as const,
    ...{ organizationId: null, projectId: null, apiKeyId: 'key_a', accountId: null, data: {}, sealed: null },
  }));
  n += 10;
  await trail.append(events, { position: BigInt(n), last: null });
  process.stdout.write(`appended ${String(n)}\n`);
}
await trail.close();
