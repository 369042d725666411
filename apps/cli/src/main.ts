#!/usr/bin/env node
import { setTimeout as wait } from 'node:timers/promises';
import { exitCodes } from './exit-codes.js';
import type { Io } from './io.js';
import { run } from './run.js';

const interruption = new AbortController();
// The first Ctrl-C leaves files in order; whoever presses again has no patience left.
process.once('SIGINT', () => {
  interruption.abort();
  process.once('SIGINT', () => process.exit(exitCodes.interrupted));
});

// Whoever writes is told, and knows what it means for what was asked.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

const { signal } = interruption;
const io: Io = {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signal,
  wait: (ms) => wait(ms, undefined, { signal }),
};

process.exitCode = await run(process.argv.slice(2), process.env, io);
// A terminal that was being read from, or a socket that lingers, keeps nobody waiting.
process.stdin.destroy();
