// breaks: libs-speak-no-http
import { createServer } from 'node:http';

export const served = createServer;
