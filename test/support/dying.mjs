import { isMainThread } from 'node:worker_threads';

/**
 * `NODE_OPTIONS='--import …/dying.mjs' TEST_DIES='after 2' node dist/apps/server/src/main.js` kills itself, as
 * `kill -9` would, right after its second append is on the disk; with `before 2`, when it is about to make it. The
 * heartbeat does not count.
 */
const [when, which] = (process.env['TEST_DIES'] ?? '').split(' ');

if (isMainThread && which !== undefined) {
  const built = new URL('../../dist/libs/event-store/src/embedded/embedded-event-store.js', import.meta.url);
  const { EmbeddedEventStore } = await import(built.href);
  const { append } = EmbeddedEventStore.prototype;
  const die = () => {
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => undefined);
  };
  let appends = 0;
  /**
   * @this {unknown}
   * @param {string} stream
   * @param {unknown} expected
   * @param {unknown} events
   */
  EmbeddedEventStore.prototype.append = function (stream, expected, events) {
    const task = append.call(this, stream, expected, events);
    if (stream.startsWith('heartbeat-')) return task;
    return async () => {
      appends += 1;
      const last = appends === Number(which);
      if (last && when === 'before') await die();
      const answer = await task();
      if (last) await die();
      return answer;
    };
  };
}
