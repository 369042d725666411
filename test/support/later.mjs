/**
 * `NODE_OPTIONS='--import …/later.mjs' TEST_AHEAD_MS=60000 node …`: a process whose clock is so far ahead, or behind when that is
 * less than nothing: for what only happens after a while, and for machines that do not agree. Monotonic clocks stay as they are.
 */
const ahead = Number(process.env['TEST_AHEAD_MS'] ?? 0);
const Real = Date;
const now = Real.now;
Real.now = () => now() + ahead;

globalThis.Date = new Proxy(Real, {
  apply: () => new Real(Real.now()).toString(),
  construct: (target, args, asked) =>
    Reflect.construct(target, args.length === 0 ? [Real.now()] : args, asked === globalThis.Date ? target : asked),
});
