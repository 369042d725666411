import { collectDefaultMetrics, Registry } from 'prom-client';

let registry: Registry | undefined;

/** What Node and the kernel say of this process. It is watched from the first time that anybody asks, and once, whoever asks. */
export const processMetrics = (): Promise<string> => {
  if (registry === undefined) {
    registry = new Registry();
    collectDefaultMetrics({ register: registry });
  }
  return registry.metrics();
};
