import { startStandIn } from '../support/stand-in/stand-in.js';

/** A stand-in as a program: tells how to reach it, and its CPU time when asked. Ends with whoever started it. */
const standIn = await startStandIn();
process.on('message', () => process.send?.(process.cpuUsage()));
process.on('disconnect', () => void standIn.close());
process.send?.(standIn.connectionString);
