// breaks: libs-speak-no-http
import type { FastifyRequest } from 'fastify';

export type Raw = FastifyRequest;
