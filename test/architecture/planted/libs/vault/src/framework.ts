// breaks: libs-speak-no-http
import { FastifyAdapter } from '@nestjs/platform-fastify';

export const framework = FastifyAdapter;
