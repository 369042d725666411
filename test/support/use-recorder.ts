import { setTimeout as delay } from 'node:timers/promises';
import type { ApiKeyId } from '#libs/kernel';
import { FileUseStore } from '#libs/key-uses/file';

/** `use-recorder.ts <directory>`: round after round it merges a use of a hundred keys, says `merged <round>`, and reports. */
const [directory = ''] = process.argv.slice(2);
const store = new FileUseStore(directory);
const keyIds = Array.from({ length: 100 }, (_, n) => `key_${String(n)}` as ApiKeyId);

for (let round = 1; ; round += 1) {
  const merged = await store.merge(keyIds.map((keyId) => ({ keyId, at: round, ip: null })))();
  if (merged._tag === 'Left') throw new Error(merged.left.cause);
  process.stdout.write(`merged ${String(round)}\n`);
  await store.report({ node: 'node_killed', at: round, position: BigInt(round), lostBefore: null })();
  await delay(1);
}
