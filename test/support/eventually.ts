import { setTimeout as delay } from 'node:timers/promises';

/** Asks until it is so. `patience` in ms is what a busy machine may need, and no measure of anything. */
export const eventually = async (isSo: () => Promise<boolean> | boolean, patience = 15_000): Promise<void> => {
  const end = performance.now() + patience;
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`not in ${String(patience)} ms: ${isSo.toString()}`);
    await delay(10);
  }
};
