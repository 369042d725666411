// breaks: kernel-is-pure
import { performance } from 'node:perf_hooks';

export const clock = performance;
