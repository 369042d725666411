import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

const spent = (): readonly [number, number] => {
  let [idle, all] = [0, 0];
  for (const { times } of cpus()) {
    idle += times.idle;
    all += times.idle + times.user + times.sys + times.nice + times.irq;
  }
  return [idle, all];
};

/** How busy the machine has been from the call to the answer's, with whatever else runs on it. */
export const busyFromNow = (): (() => string) => {
  const [idleBefore, before] = spent();
  return () => {
    const [idle, all] = spent();
    return `${(100 - ((idle - idleBefore) / (all - before)) * 100).toFixed(0)} % busy`;
  };
};

/** A condition: what else ran just before. */
export const busyBefore = async (): Promise<string> => {
  const busy = busyFromNow();
  await delay(2_000);
  return `all cores ${busy()} for 2 s before`;
};

/** In milliseconds, and the same for every process of this machine. */
export const clock = (): number => Number(process.hrtime.bigint()) / 1e6;
