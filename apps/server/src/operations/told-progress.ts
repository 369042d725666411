import { setTimeout as sleep } from 'node:timers/promises';

/** How often progress is told, in ms. */
const OFTEN = 250;

/** Long work that goes on already, as a stream: how far it is, from 0 to 1, now and then; and in the end what came of it. */
export async function* toldProgress<A>(working: Promise<A>, done: () => number): AsyncGenerator<number | A> {
  const isSettled = working.then(
    () => true,
    () => true,
  );
  while (!(await Promise.race([isSettled, sleep(OFTEN, false)]))) yield done();
  yield await working;
}
