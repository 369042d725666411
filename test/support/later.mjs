/**
 * `NODE_OPTIONS='--import …/later.mjs' TEST_AHEAD_MS=60000 node …`: a process whose clock is so far ahead, for what
 * only happens after a while.
 */
const now = Date.now;
Date.now = () => now() + Number(process.env['TEST_AHEAD_MS'] ?? 0);
