import { Controller, Get } from '@nestjs/common';
import * as t from 'io-ts';
import { E } from '#libs/kernel';
import { ForAnyone } from '../http/access.guard.js';
import { reply } from '../http/answer.js';
import { Answers } from '../openapi/answers.js';
import { ApiDescription } from '../openapi/description.js';
import { contentSecurityPolicy } from '../openapi/page-style.js';

/** The API that this process serves, described for programs and for people. No credential, and nothing of any tenant. */
@Controller()
export class DocsController {
  constructor(private readonly description: ApiDescription) {}

  @Get('openapi.json')
  @ForAnyone()
  @Answers('This description, as OpenAPI 3.1', t.UnknownRecord)
  openapi() {
    return this.description.document as object as Record<string, unknown>;
  }

  @Get('docs')
  @ForAnyone()
  @Answers('This description, as a page to read', t.string, { as: 'text/html' })
  docs() {
    return E.right(
      reply(this.description.page, {
        headers: {
          'content-type': 'text/html; charset=utf-8',
          'content-security-policy': contentSecurityPolicy,
          'x-content-type-options': 'nosniff',
          'referrer-policy': 'no-referrer',
        },
      }),
    );
  }
}
